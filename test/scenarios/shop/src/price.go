package shop

import "sort"

// Prices from the lowest to the highest.
func Prices(list map[string]int) []int {
	prices := values(list)
	sort.Ints(prices)
	return prices
}
