package shop

// Tea is what we sell.
type Tea struct{ Name string }
