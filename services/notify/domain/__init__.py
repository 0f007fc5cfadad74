"""What a mail is, what it says and when it is sent: pure values and decisions."""
