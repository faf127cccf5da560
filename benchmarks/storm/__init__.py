"""A storm: thousands of people, while processes are killed and stopped at random; then everything is reckoned up."""
