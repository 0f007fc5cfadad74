"""Commands on the threads of the customer service desk."""
