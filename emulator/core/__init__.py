"""What two or more providers share; imports no provider."""
