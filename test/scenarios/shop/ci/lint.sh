for file in src/*.go; do
  if grep -n '.\{100\}' "$file" > long.txt; then
    echo "$file:$(cut -d : -f 1 long.txt): error: the line is longer than 100 characters"
    exit 1
  fi
  echo "$file is fine"
done
