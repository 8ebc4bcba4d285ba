// Tokens, ranges and replicas; what Cassandra's own classes say is in golden/.
#include "cql/ring.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <random>
#include <set>

#include "exact_bytes.hpp"

namespace cql {
namespace {

using test::ExactBytes;

struct TokenCase {
  std::string_view key;
  Token token;
};
constexpr TokenCase tokens[] = {
#include "golden/tokens.inc"
};

TEST(Murmur3, gives_the_tokens_of_cassandra) {
  for (const TokenCase& c : tokens) EXPECT_EQ(murmur3_token(ExactBytes(test::hex(c.key))), c.token) << c.key;
  EXPECT_EQ(murmur3_token(ByteView{}), minimum_token);
}

TEST(PartitionKey, one_component_stands_alone_and_several_are_framed) {
  const auto a = test::hex("0102");
  const auto b = test::hex("");
  const auto c = test::hex("ff");
  const auto serialized = [](std::vector<ByteView> components) {
    Buffer out;
    append_partition_key(components, out);
    return test::to_hex(out);
  };
  EXPECT_EQ(serialized({a}), "0102");
  EXPECT_EQ(serialized({a, b, c}),
            "0002010200"
            "000000"
            "0001ff00");
  const std::vector<std::byte> largest(65'535);
  const std::vector<std::byte> larger(65'536);
  EXPECT_EQ(serialized({largest, c}).size(), 2 * (2 + 65'535 + 1 + 2 + 1 + 1));
  EXPECT_EQ(test::error_kind([&] { serialized({a, larger}); }), ErrorKind::usage);
  EXPECT_EQ(test::error_kind([&] { serialized({larger}); }), ErrorKind::usage);
}

TEST(TokenRange, knows_what_it_contains) {
  const TokenRange plain{-5, 5};
  EXPECT_FALSE(plain.contains(-5));
  EXPECT_TRUE(plain.contains(-4));
  EXPECT_TRUE(plain.contains(5));
  EXPECT_FALSE(plain.contains(6));
  EXPECT_EQ(plain.width(), 10U);
  const TokenRange around{5, -5};
  EXPECT_TRUE(around.wraps());
  EXPECT_TRUE(around.contains(6));
  EXPECT_TRUE(around.contains(maximum_token));
  EXPECT_TRUE(around.contains(minimum_token));
  EXPECT_TRUE(around.contains(-5));
  EXPECT_FALSE(around.contains(5));
  const TokenRange whole{7, 7};
  for (const Token token : {minimum_token, Token{7}, Token{8}, maximum_token}) EXPECT_TRUE(whole.contains(token));
  EXPECT_EQ(whole.width(), 0U);
}

TEST(Replication, reads_what_the_schema_says) {
  const auto simple =
      Replication::parse({{"class", "org.apache.cassandra.locator.SimpleStrategy"}, {"replication_factor", "3"}});
  EXPECT_EQ(simple.strategy, Replication::Strategy::simple);
  EXPECT_EQ(simple.factor, 3U);
  const auto network = Replication::parse({{"class", "NetworkTopologyStrategy"}, {"dc1", "3"}, {"DC 2", "5/2"}});
  EXPECT_EQ(network.strategy, Replication::Strategy::network_topology);
  EXPECT_EQ(network.dc_factors, (std::map<std::string, std::size_t>{{"dc1", 3}, {"DC 2", 5}}));
  EXPECT_EQ(Replication::parse({{"class", "org.apache.cassandra.locator.LocalStrategy"}}).strategy,
            Replication::Strategy::local);
  EXPECT_EQ(Replication::parse({{"class", "EverywhereStrategy"}}).strategy, Replication::Strategy::everywhere);
  const auto unknown = Replication::parse({{"class", "com.example.Odd"}, {"x", "y"}});
  EXPECT_EQ(unknown.strategy, Replication::Strategy::unknown);
  EXPECT_EQ(unknown.class_name, "com.example.Odd");
}

TEST(Replication, refuses_factors_that_are_no_numbers) {
  for (const char* factor : {"", "x", "3x", "-1", "3/", "/1", "3/x", " 3", "99999999999"}) {
    EXPECT_EQ(test::error_kind([&] { Replication::parse({{"class", "NetworkTopologyStrategy"}, {"dc1", factor}}); }),
              ErrorKind::protocol)
        << factor;
  }
  EXPECT_EQ(test::error_kind([] { Replication::parse({{"class", "SimpleStrategy"}}); }), ErrorKind::protocol);
  EXPECT_EQ(test::error_kind([] { Replication::parse({}); }), ErrorKind::protocol);
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

template <typename Number>
Number number(std::string_view text) {
  Number value{};
  EXPECT_EQ(std::from_chars(text.data(), text.data() + text.size(), value).ec, std::errc{}) << text;
  return value;
}

struct ReplicaCase {
  std::string_view nodes;
  std::string_view factors;
  std::string_view by_rack;
  std::size_t simple_factor;
  std::string_view simple;
};
constexpr ReplicaCase replica_cases[] = {
#include "golden/replicas.inc"
};

TokenRing ring_of(std::string_view text) {
  std::vector<RingNode> nodes;
  for (const std::string_view node_text : split(text, ';')) {
    const auto fields = split(node_text, ',');
    RingNode& node = nodes.emplace_back();
    node.datacenter = fields.at(0);
    node.rack = fields.at(1);
    for (std::size_t i = 2; i < fields.size(); ++i) node.tokens.push_back(number<Token>(fields[i]));
  }
  return TokenRing(std::move(nodes));
}

void expect_replicas(const TokenRing& ring, const Replication& replication, std::string_view expected) {
  const auto lists = split(expected, ';');
  const auto ranges = ring.ranges(replication);
  ASSERT_EQ(ranges.size(), lists.size());
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    std::vector<std::uint32_t> replicas;
    for (const std::string_view replica : split(lists[i], ',')) replicas.push_back(number<std::uint32_t>(replica));
    EXPECT_EQ(ranges[i].replicas, replicas) << "range " << i;
    EXPECT_EQ(ring.replicas(replication, ranges[i].range.end), replicas);
  }
}

TEST(TokenRing, places_replicas_as_cassandra_does) {
  for (const ReplicaCase& c : replica_cases) {
    SCOPED_TRACE(c.nodes);
    const TokenRing ring = ring_of(c.nodes);
    Replication replication;
    replication.strategy = Replication::Strategy::network_topology;
    for (const std::string_view factor : split(c.factors, ';')) {
      const auto sides = split(factor, '=');
      replication.dc_factors.emplace(sides.at(0), number<std::size_t>(sides.at(1)));
    }
    expect_replicas(ring, replication, c.by_rack);
    replication.strategy = Replication::Strategy::simple;
    replication.factor = c.simple_factor;
    expect_replicas(ring, replication, c.simple);
  }
}

TEST(TokenRing, other_strategies_have_the_owner_or_everyone) {
  const TokenRing ring = ring_of("dc1,r1,0,100;dc1,r1,50;dc2,r1,70");
  Replication replication;
  replication.strategy = Replication::Strategy::local;
  EXPECT_EQ(ring.replicas(replication, 60), std::vector<std::uint32_t>{2});
  replication.strategy = Replication::Strategy::unknown;
  EXPECT_EQ(ring.replicas(replication, 71), std::vector<std::uint32_t>{0});
  replication.strategy = Replication::Strategy::everywhere;
  EXPECT_EQ(ring.replicas(replication, 20), (std::vector<std::uint32_t>{1, 2, 0}));
}

TEST(TokenRing, a_token_belongs_to_the_range_that_ends_at_or_after_it) {
  const TokenRing ring = ring_of("dc1,r1,0;dc1,r1,50");
  Replication replication;
  replication.strategy = Replication::Strategy::simple;
  for (const auto& [token, owner] : std::initializer_list<std::pair<Token, std::uint32_t>>{
           {minimum_token, 0}, {-1, 0}, {0, 0}, {1, 1}, {50, 1}, {51, 0}, {maximum_token, 0}}) {
    EXPECT_EQ(ring.replicas(replication, token), std::vector<std::uint32_t>{owner}) << token;
  }
}

TEST(TokenRing, nodes_without_tokens_take_no_part) {
  std::vector<RingNode> nodes(3);
  nodes[0] = {.host_id = {}, .datacenter = "dc1", .rack = "r1", .tokens = {1}};
  nodes[1] = {.host_id = {}, .datacenter = "dc1", .rack = "r2", .tokens = {}};
  nodes[2] = {.host_id = {}, .datacenter = "dc1", .rack = "r1", .tokens = {2}};
  const TokenRing ring(nodes);
  const auto replication = Replication::parse({{"class", "NetworkTopologyStrategy"}, {"dc1", "2"}});
  // r2 holds nothing, so r1 must hold both.
  EXPECT_EQ(ring.replicas(replication, 1), (std::vector<std::uint32_t>{0, 2}));
}

TEST(TokenRing, two_owners_of_one_token_are_an_error) {
  EXPECT_EQ(test::error_kind([] { static_cast<void>(ring_of("dc1,r1,5;dc1,r1,5")); }), ErrorKind::protocol);
}

TEST(TokenRing, may_be_empty) {
  const TokenRing ring;
  EXPECT_TRUE(ring.empty());
  EXPECT_TRUE(ring.ranges({}).empty());
  EXPECT_TRUE(ring.replicas({}, 0).empty());
}

TEST(TokenRing, ranges_cover_every_token_exactly_once) {
  std::mt19937_64 random(45);
  for (int round = 0; round < 200; ++round) {
    std::set<Token> all;
    // Tokens at and around the ring's ends come up often.
    const auto pick = [&] {
      switch (random() % 8) {
        case 0:
          return minimum_token + static_cast<Token>(random() % 3);
        case 1:
          return maximum_token - static_cast<Token>(random() % 3);
        default:
          return static_cast<Token>(random());
      }
    };
    std::vector<RingNode> nodes(1 + random() % 10);
    for (RingNode& node : nodes) {
      node.datacenter = "dc" + std::to_string(random() % 2);
      node.rack = "r" + std::to_string(random() % 3);
      for (auto left = 1 + random() % 8; left > 0; --left) {
        const Token token = pick();
        if (all.insert(token).second) node.tokens.push_back(token);
      }
    }
    const TokenRing ring(nodes);
    const auto replication = Replication::parse({{"class", "NetworkTopologyStrategy"}, {"dc0", "3"}, {"dc1", "2"}});
    const auto ranges = ring.ranges(replication);
    ASSERT_EQ(ranges.size(), all.size());

    std::uint64_t width = 0;
    for (const ReplicatedRange& range : ranges) {
      width += range.range.width();
      EXPECT_LE(range.replicas.size(), 5U);
      EXPECT_EQ(std::set(range.replicas.begin(), range.replicas.end()).size(), range.replicas.size());
    }
    EXPECT_EQ(width, 0U) << "the widths add up to 2^64";
    for (int i = 0; i < 50; ++i) {
      const Token token =
          i < 10 && !all.empty() ? *std::next(all.begin(), static_cast<std::ptrdiff_t>(random() % all.size())) : pick();
      std::size_t holders = 0;
      for (const ReplicatedRange& range : ranges) {
        if (!range.range.contains(token)) continue;
        ++holders;
        EXPECT_EQ(ring.replicas(replication, token), range.replicas);
      }
      EXPECT_EQ(holders, 1U) << token;
    }
  }
}

}  // namespace
}  // namespace cql
