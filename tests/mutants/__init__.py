"""Named bugs, planted one after another in a copy: each promise's test has to catch its own."""
