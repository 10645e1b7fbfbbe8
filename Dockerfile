FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG RELEASE=""
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w -X main.release=${RELEASE}" -o /oms ./cmd/oms

# Nothing but the program, and the authorities that mail servers are checked by.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /oms /oms
USER 65532:65532
ENV LISTEN_ADDR=:8080 METRICS_ADDR=:9464
EXPOSE 8080 9464
ENTRYPOINT ["/oms"]
CMD ["serve"]
