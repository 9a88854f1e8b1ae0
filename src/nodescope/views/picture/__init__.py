"""The pictures of a step without a browser: laid out once as marks, written as SVG, or drawn by matplotlib."""
