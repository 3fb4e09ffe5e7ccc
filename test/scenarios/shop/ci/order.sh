. ci/load.sh
for n in $(seq "$ORDERS"); do
  echo "order $n: 2 cups of tea, 4.80 EUR, accepted by node $((n % 3 + 1))"
  sleep "$PAUSE"
done
