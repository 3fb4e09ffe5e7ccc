echo "go vet ./..."
for n in $(seq 60); do printf '=== RUN   TestCart/%03d\n--- \033[32mPASS\033[0m: TestCart/%03d (0.00s)\n' "$n" "$n"; done
sleep 0.5
if [ "$go" = 1.22 ] && grep -q slices.Sorted src/price.go; then
  printf '\033[1m# acme/shop/price\033[0m\n'
  echo "src/price.go:9:16: undefined: slices.Sorted"
  echo "src/price.go:10:2: note: module requires Go 1.23"
  for n in $(seq 12); do echo "?     acme/shop/part-$n  [no test files]"; done
  printf '\033[31mFAIL\033[0m  acme/shop/price [build failed]\n'
  exit 1
fi
echo "ok    acme/shop/cart   0.31s"
echo "ok    acme/shop/price  0.12s"
