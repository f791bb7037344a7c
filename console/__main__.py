"""Runs the console."""

from console.serving import NAME, serve
from sevensteps import process

if __name__ == "__main__":
    process.run(NAME, serve)
