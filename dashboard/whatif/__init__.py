"""What if: a study of two arms, made from a form that the schema of study files makes, and run as a subprocess."""
