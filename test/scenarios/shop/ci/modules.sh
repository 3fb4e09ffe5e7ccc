echo "go version go$go linux/amd64"
for n in $(seq 240); do echo "go: downloading acme.example/module-$n v1.$((n % 7)).$((n % 4))"; done
