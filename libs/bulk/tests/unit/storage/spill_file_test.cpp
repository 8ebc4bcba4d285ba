// What is appended comes back or is an error, and nothing of it is left anywhere.
#include "storage/spill_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <vector>

#include "../storage/scratch_directory.hpp"
#include "cql/bytes.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The process's own file that had the path, which nobody can open by it any more.
std::string descriptor_of(const std::string& path) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) == path + " (deleted)") return entry.path();
  }
  throw std::runtime_error("no open file had the path " + path);
}

std::string text_of(const SpillFile& file, const SpillFile::Extent& extent) {
  std::vector<std::byte> bytes(extent.size);
  file.read(extent, bytes);
  return std::string(cql::as_text(bytes));
}

class SpillFileTest : public ::testing::Test {
 protected:
  testing::ScratchDirectory directory_;
  std::string path_ = directory_.path("spill");
  SpillFile file_{path_};
};

TEST_F(SpillFileTest, gives_back_what_was_appended_under_no_name_and_for_its_owner_only) {
  EXPECT_THAT(directory_.names(), IsEmpty());
  const auto first = file_.append(cql::as_bytes("first"));
  const auto second = file_.append(cql::as_bytes(std::string(100'000, 's')));
  const auto third = file_.append(cql::as_bytes("third"));
  EXPECT_THAT(directory_.names(), IsEmpty());
  struct stat of_file{};
  ASSERT_EQ(::stat(descriptor_of(path_).c_str(), &of_file), 0);
  EXPECT_EQ(of_file.st_mode & 0777U, 0600U);
  EXPECT_EQ(text_of(file_, third), "third");
  EXPECT_EQ(text_of(file_, second), std::string(100'000, 's'));
  EXPECT_EQ(text_of(file_, first), "first");
  EXPECT_EQ(file_.written(), 100'010U);
}

TEST_F(SpillFileTest, gives_its_room_back_and_begins_again) {
  (void)file_.append(cql::as_bytes("first"));
  file_.clear();
  EXPECT_EQ(std::filesystem::file_size(descriptor_of(path_)), 0U);
  EXPECT_EQ(text_of(file_, file_.append(cql::as_bytes("again"))), "again");
  EXPECT_EQ(file_.written(), 10U);
}

TEST_F(SpillFileTest, takes_the_place_of_one_that_a_killed_process_left) {
  (void)directory_.write("spill", "");
  EXPECT_EQ(text_of(file_, file_.append(cql::as_bytes("mine"))), "mine");
  EXPECT_THAT(directory_.names(), IsEmpty());
}

TEST_F(SpillFileTest, tells_what_is_cut_off_or_altered) {
  const auto extent = file_.append(cql::as_bytes("twelve bytes"));
  const std::string open_file = descriptor_of(path_);
  const auto error = [&]() -> std::string {
    try {
      (void)text_of(file_, extent);
    } catch (const Error& thrown) {
      return thrown.message();
    }
    return "none";
  };
  const int descriptor = ::open(open_file.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  ASSERT_EQ(::pwrite(descriptor, "X", 1, 3), 1);
  EXPECT_THAT(error(), HasSubstr(path_ + " does not hold what was written to it: other bytes are at byte 0"));
  ASSERT_EQ(::pwrite(descriptor, "l", 1, 3), 1);
  EXPECT_EQ(error(), "none");
  ASSERT_EQ(::ftruncate(descriptor, 11), 0);
  EXPECT_THAT(error(), HasSubstr("it ends at byte 0"));
  ::close(descriptor);
}

TEST_F(SpillFileTest, names_a_file_that_cannot_be_or_cannot_grow) {
  SpillFile nowhere(directory_.path("missing/spill"));
  EXPECT_THROW((void)nowhere.append(cql::as_bytes("a")), Error);
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{1'000, limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string what;
  try {
    (void)file_.append(cql::as_bytes(std::string(600, 'a')));
    (void)file_.append(cql::as_bytes(std::string(600, 'b')));
  } catch (const Error& error) {
    what = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &limit);
  (void)std::signal(SIGXFSZ, before);
  EXPECT_THAT(what, HasSubstr("cannot write to " + path_ + ": File too large"));
  EXPECT_THAT(what, HasSubstr("ulimit -f"));
}

}  // namespace
}  // namespace cqlbulk::storage
