// Behaviours are attached here.
