"""Reading from programs behind a network: bounded in bytes and time, tried again where that helps, secrets kept out."""
