// Exports, loads and counts over a network that fails: one node of three slow, or cut off one way or both, amid the
// work. They finish, and every row is there.
#include <gmock/gmock.h>

#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <vector>

#include "cqlbulk/count.hpp"
#include "operation_fixture.hpp"
#include "tcp_proxy/tcp_proxy.hpp"

namespace cqlbulk {
namespace {

using cql::testbed::TcpProxy;
using Way = TcpProxy::Way;

/// Calls `action` once, when so many pieces of the work are done.
class AfterPieces : public Observer {
 public:
  void at(std::uint64_t pieces, std::function<void()> action) { actions_.push_back({pieces, std::move(action)}); }
  void piece_done(const PieceDone&) override {
    ++done_;
    for (auto& [pieces, action] : actions_) {
      if (pieces == done_) action();
    }
  }

 private:
  std::uint64_t done_ = 0;
  std::vector<std::pair<std::uint64_t, std::function<void()>>> actions_;
};

constexpr int row_count = 6'000;

class NetworkFaults : public testing::OperationTest {
 protected:
  NetworkFaults() {
    run("CREATE KEYSPACE IF NOT EXISTS " + whole() +
        " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3} AND durable_writes = false");
    run("CREATE TABLE IF NOT EXISTS " + whole() + ".t (k int PRIMARY KEY, v text)");
    run("TRUNCATE " + whole() + ".t");
    for (const cql::Node& node : cluster->metadata()->nodes) {
      proxies_.emplace(node.address, std::make_shared<TcpProxy>(node.address, node.port));
    }
  }
  ~NetworkFaults() override { run("DROP KEYSPACE IF EXISTS " + whole()); }
  static std::string whole() { return keyspace + "_whole"; }

  /// Every connection goes through a proxy of its node's.
  template <typename Options>
  Options through_proxies(Options options) {
    options.subject.keyspace = whole();
    cql::ClusterOptions& reached = options.operation.cluster;
    reached.request_timeout = std::chrono::seconds(3);
    reached.address_translator = [proxies = proxies_](const cql::Node& node) -> cql::ContactPoint {
      return {"127.0.0.1", proxies.at(node.address)->port()};
    };
    options.operation.pace.consistency = cql::Consistency::quorum;
    options.operation.pace.parallelism = 4;
    options.operation.pace.retry_wait = std::chrono::milliseconds(50);
    return options;
  }
  /// Of a node that is no contact point.
  [[nodiscard]] TcpProxy& proxy() const { return *std::prev(proxies_.end())->second; }
  /// Cuts a node amid the work, and heals it when others have got on.
  void cut_amid(Way way) {
    watching.at(3, [this, way] { proxy().cut(way); });
    watching.at(12, [this] { proxy().heal(); });
  }

  void load_all() {
    std::ofstream(scratch.path("in.csv")) << lines();
    const Report report = cqlbulk::load(through_proxies(load_options("t", "in.csv")), observer);
    ASSERT_EQ(report.status, Status::success) << report.to_text();
  }
  static std::string lines() {
    std::string text = "k,v\n";
    for (int i = 0; i < row_count; ++i) text += std::to_string(i) + ",value " + std::to_string(i) + "\n";
    return text;
  }
  void expect_export_is_whole() {
    ExportOptions options = through_proxies(export_options("t", "out.csv"));
    options.operation.pace.splits = 40;
    options.operation.pace.page_size = 50;
    const Report report = export_table(options, watching);
    EXPECT_EQ(report.status, Status::success) << report.to_text();
    EXPECT_EQ(report.rows, static_cast<std::uint64_t>(row_count));
    EXPECT_EQ(sorted_lines("out.csv").size(), static_cast<std::size_t>(row_count) + 1);
  }

  std::map<std::string, std::shared_ptr<TcpProxy>> proxies_;  ///< By the node's address.
  AfterPieces watching;
};

TEST_F(NetworkFaults, AnExportSurvivesANodeCutOff) {
  load_all();
  cut_amid(Way::both);
  expect_export_is_whole();
}

TEST_F(NetworkFaults, AnExportSurvivesANodeThatIsHeardAndDoesNotHear) {
  load_all();
  cut_amid(Way::requests);
  expect_export_is_whole();
}

TEST_F(NetworkFaults, AnExportSurvivesANodeThatHearsAndIsNotHeard) {
  load_all();
  cut_amid(Way::answers);
  expect_export_is_whole();
}

TEST_F(NetworkFaults, ASlowNodeSlowsTheWorkAndNoMore) {
  proxy().slow(std::chrono::milliseconds(500));
  load_all();
  CountOptions counting;
  counting.operation = load_options("t", "in.csv").operation;
  counting.subject.table = "t";
  EXPECT_EQ(count(through_proxies(counting), observer).total, static_cast<std::uint64_t>(row_count));
}

TEST_F(NetworkFaults, ALoadSurvivesANodeCutOff) {
  std::ofstream(scratch.path("in.csv")) << lines();
  LoadOptions options = through_proxies(load_options("t", "in.csv"));
  options.operation.pace.threads = 1;
  options.batch = BatchBy::off;
  proxy().cut(Way::answers);
  // Nothing is left to do by the time that a unit is done: healed when the first request has failed.
  class HealOnError : public Observer {
   public:
    explicit HealOnError(TcpProxy& proxy) : proxy_(proxy) {}
    void error(const Failure&) override { proxy_.heal(); }

   private:
    TcpProxy& proxy_;
  } healing(proxy());
  const Report report = cqlbulk::load(options, healing);
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows, static_cast<std::uint64_t>(row_count));
  EXPECT_EQ(number("SELECT COUNT(*) FROM " + whole() + ".t"), row_count);
}

}  // namespace
}  // namespace cqlbulk
