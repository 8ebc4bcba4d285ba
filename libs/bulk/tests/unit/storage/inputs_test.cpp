// Patterns, directories and many files at once.
#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <filesystem>

#include "cqlbulk/error.hpp"
#include "scratch_directory.hpp"
#include "storage/glob.hpp"
#include "storage/open_files.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {
namespace {

using cqlbulk::testing::ScratchDirectory;
using ::testing::ElementsAre;

/// a.csv, .b.csv, x/a.csv, x/y/a.csv, x/y/b.txt, x/.z/a.csv, _t/a.csv, and a link round in a circle.
class inputs : public ::testing::Test {
 protected:
  inputs() {
    for (const char* const directory : {"x", "x/y", "x/.z", "_t"})
      std::filesystem::create_directory(scratch.path(directory));
    for (const char* const file : {"a.csv", ".b.csv", "x/a.csv", "x/y/a.csv", "x/y/b.txt", "x/.z/a.csv", "_t/a.csv"}) {
      scratch.write(file, file);
    }
    std::filesystem::create_directory_symlink(scratch.root(), scratch.path("x/round"));
  }
  std::vector<std::string> found(std::vector<std::string> paths) const {
    for (std::string& path : paths) path = path.substr(scratch.root().size() + 1);
    return paths;
  }
  std::vector<std::string> matching(const std::string& pattern) const {
    return found(files_matching(scratch.path(pattern)));
  }

  ScratchDirectory scratch;
};

TEST_F(inputs, match_patterns_as_in_a_shell) {
  EXPECT_THAT(matching("*.csv"), ElementsAre("a.csv"));
  EXPECT_THAT(matching(".*.csv"), ElementsAre(".b.csv"));
  EXPECT_THAT(matching("*/a.csv"), ElementsAre("_t/a.csv", "x/a.csv"));
  EXPECT_THAT(matching("x/[xy]/?.*"), ElementsAre("x/y/a.csv", "x/y/b.txt"));
  EXPECT_THAT(matching("x*"), ElementsAre());
  EXPECT_THAT(matching("x/*/a.csv"), ElementsAre("x/round/a.csv", "x/y/a.csv"));
}

TEST_F(inputs, two_stars_match_any_directories) {
  EXPECT_THAT(matching("**/*.csv"), ElementsAre("_t/a.csv", "a.csv", "x/a.csv", "x/y/a.csv"));
  EXPECT_THAT(matching("x/**"), ElementsAre("x/a.csv", "x/y/a.csv", "x/y/b.txt"));
  EXPECT_THAT(matching("**/y/**/b.txt"), ElementsAre("x/y/b.txt"));
  EXPECT_THAT(matching("**/**/b.txt"), ElementsAre("x/y/b.txt"));
}

TEST_F(inputs, of_directories_below_are_found_when_wanted) {
  EXPECT_THAT(found(expand_inputs({scratch.root()})), ElementsAre("a.csv"));
  EXPECT_THAT(found(expand_inputs({scratch.root()}, true)), ElementsAre("a.csv", "x/a.csv", "x/y/a.csv", "x/y/b.txt"));
  std::filesystem::create_directory(scratch.path("empty"));
  std::filesystem::create_directory(scratch.path("empty/below"));
  scratch.write("empty/below/a", "");
  EXPECT_THROW((void)expand_inputs({scratch.path("empty")}), Error);
  EXPECT_THAT(found(expand_inputs({scratch.path("empty")}, true)), ElementsAre("empty/below/a"));
}

std::string text_of(arrow::io::RandomAccessFile& file) {
  const auto read = file.ReadAt(0, 100);
  return read.ok() ? (*read)->ToString() : read.status().message();
}

TEST(open_files, are_few_at_a_time) {
  const ScratchDirectory scratch;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{40, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const auto files = std::make_shared<OpenFiles>(3);
  std::vector<std::shared_ptr<arrow::io::RandomAccessFile>> opened;
  for (int i = 0; i < 60; ++i) {
    opened.push_back(open_input(scratch.write(std::to_string(i), "text " + std::to_string(i)), files));
  }
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 60; ++i) EXPECT_EQ(text_of(*opened[static_cast<std::size_t>(i)]), "text " + std::to_string(i));
  }
  opened.clear();
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(open_files, notice_that_one_was_changed_in_between) {
  const ScratchDirectory scratch;
  const auto files = std::make_shared<OpenFiles>(1);
  const auto first = open_input(scratch.write("first", "first"), files);
  const auto second = open_input(scratch.write("second", "second"), files);
  EXPECT_EQ(text_of(*second), "second");
  EXPECT_EQ(*first->GetSize(), 5);
  scratch.write("first", "other bytes");
  EXPECT_THAT(text_of(*first), ::testing::HasSubstr("was changed while it was being read"));
  EXPECT_EQ(text_of(*second), "second");
  EXPECT_THROW((void)open_input(scratch.path("missing"), files), Error);
}

}  // namespace
}  // namespace cqlbulk::storage
