// The control socket: for its owner alone, however long its path is, and whatever is said to it.
#include "posix/local_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "operations/control_messages.hpp"

namespace cqlbulk::posix {
namespace {

class LocalSocket : public testing::Test {
 protected:
  LocalSocket() {
    std::string pattern = testing::TempDir() + "local-socket-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~LocalSocket() override { std::filesystem::remove_all(folder); }
  std::string folder;
};

TEST_F(LocalSocket, answers_line_by_line_in_a_directory_with_a_long_name) {
  const std::string deep = folder + "/" + std::string(200, 'd');
  std::filesystem::create_directory(deep);
  const LocalServer server(deep, "control", [](const std::string& line) { return "<" + line + ">"; });
  EXPECT_EQ(ask_locally(deep, "control", "one"), "<one>");
  EXPECT_EQ(ask_locally(deep, "control", "two"), "<two>");
}

TEST_F(LocalSocket, is_readable_and_writable_by_its_owner_only_and_goes_with_its_server) {
  {
    const LocalServer server(folder, "control", [](std::string line) { return line; });
    struct stat about{};
    ASSERT_EQ(::stat((folder + "/control").c_str(), &about), 0);
    EXPECT_TRUE(S_ISSOCK(about.st_mode));
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
  }
  EXPECT_FALSE(std::filesystem::exists(folder + "/control"));
  EXPECT_THROW(static_cast<void>(ask_locally(folder, "control", "anybody?")), Error);
}

TEST_F(LocalSocket, takes_the_place_of_what_a_crash_left_behind) {
  std::ofstream(folder + "/control") << "left";
  const LocalServer server(folder, "control", [](std::string line) { return line; });
  EXPECT_EQ(ask_locally(folder, "control", "hello"), "hello");
}

TEST_F(LocalSocket, does_not_answer_lines_that_are_too_long) {
  const LocalServer server(folder, "control", [](std::string line) { return line; });
  EXPECT_THROW(static_cast<void>(ask_locally(folder, "control", std::string(3 * longest_local_line, 'x'))), Error);
  EXPECT_EQ(ask_locally(folder, "control", "still there"), "still there");
}

TEST(ControlMessages, come_back_as_they_were_sent) {
  using operations::ControlCommand;
  ControlCommand command{ControlCommand::What::tune, {}};
  command.tuning = {Preset::adaptive, 7, 0, 1'000};
  const ControlCommand again = operations::parse_control(operations::text_of(command));
  EXPECT_EQ(again.what, ControlCommand::What::tune);
  EXPECT_EQ(again.tuning.preset, Preset::adaptive);
  EXPECT_EQ(again.tuning.parallelism, 7U);
  EXPECT_EQ(again.tuning.max_rows_per_second, 0U);
  EXPECT_EQ(again.tuning.max_bytes_per_second, 1'000U);
}

TEST(ControlMessages, refuse_what_is_no_command) {
  for (const char* line :
       {"", "{", "[]", "1", "{}", R"({"do":"dance"})", R"({"do":1})", R"({"do":"tune","preset":"x"})",
        R"({"do":"tune","parallelism":0})", R"({"do":"tune","parallelism":-1})",
        R"({"do":"tune","max_rows_per_second":"1"})", R"({"do":"tune","max_rows_per_second":1.5})", "\xff\xfe"}) {
    EXPECT_THROW(static_cast<void>(operations::parse_control(line)), Error) << line;
  }
}

}  // namespace
}  // namespace cqlbulk::posix
