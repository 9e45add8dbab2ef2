print("meta-simulator")
