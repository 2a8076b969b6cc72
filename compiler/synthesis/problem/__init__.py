"""What is to be filled: the problem at each hole, its cases, and the values that it must give."""
