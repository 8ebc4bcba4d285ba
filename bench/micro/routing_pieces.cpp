// The token of a key, its replicas, the node that is asked first.
#include <array>

#include "pieces.hpp"
#include "routing_view.hpp"

namespace bench {

namespace {

constexpr std::uint64_t keys = 1'000;
constexpr std::uint64_t spread = 0x9e37'79b9'7f4a'7c15U;  // Neighbours lie far apart.
const std::string keyspace = "shop";

struct Cluster {
  boost::asio::io_context io;
  cql::ClusterOptions options;
  std::shared_ptr<cql::cluster::RoutingView> view = make_routing_view(io, options);
};

Work token_of_uuid() {
  return {[] {
            std::array<std::byte, 16> key{};
            for (std::uint64_t i = 0; i < keys; ++i) {
              cql::store_big_endian(key.data(), i * spread);
              keep(cql::murmur3_token(key));
            }
          },
          keys};
}

Work token_of_text() {
  return {[] {
            std::array<std::byte, 45> key{};
            for (std::uint64_t i = 0; i < keys; ++i) {
              cql::store_big_endian(key.data(), i * spread);
              keep(cql::murmur3_token(key));
            }
          },
          keys};
}

Work replicas_of_token() {
  return {[cluster = std::make_shared<Cluster>()] {
            for (std::uint64_t i = 0; i < keys; ++i) {
              keep(cluster->view->replicas(keyspace, static_cast<cql::Token>(i * spread)));
            }
          },
          keys};
}

Work first_node() {
  return {[cluster = std::make_shared<Cluster>()] {
            for (std::uint64_t i = 0; i < keys; ++i) {
              cql::cluster::Plan::Wishes wishes;
              wishes.replicas = cluster->view->replicas(keyspace, static_cast<cql::Token>(i * spread));
              wishes.turn = i;
              cql::cluster::Plan plan(cluster->view, wishes);
              keep(plan.next());
            }
          },
          keys};
}

}  // namespace

std::vector<Piece> routing_pieces() {
  return {
      {"token of a uuid", "key", token_of_uuid},
      {"token of 45 bytes", "key", token_of_text},
      {"replicas of a token", "token", replicas_of_token},
      {"first node for a token", "request", first_node},
  };
}

}  // namespace bench
