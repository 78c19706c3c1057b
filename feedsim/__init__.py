"""feedsim: simulate a social feed, what ranks it, what harms spread in it, and what holding them back costs."""
