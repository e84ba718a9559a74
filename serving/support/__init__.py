"""Support: what people do for students and write down. The pages call it after `authorize`."""
