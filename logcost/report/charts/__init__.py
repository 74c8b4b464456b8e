"""Pictures drawn on the server as SVG: geometry in attributes, colour in classes, names always escaped."""
