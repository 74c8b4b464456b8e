"""What the templates show: plain dataclasses of finished words, numbers and pictures. Templates only choose, loop and place."""
