print("zenrent")
