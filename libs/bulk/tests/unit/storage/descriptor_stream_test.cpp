// Writes that fail say to what, why and what to do.
#include "storage/descriptor_stream.hpp"

#include <arrow/status.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <stop_token>
#include <thread>

#include "scratch_directory.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {
namespace {

using ::testing::HasSubstr;

TEST(DescriptorStream, SaysThatTheDiskIsFull) {
  DescriptorStream stream(posix::Descriptor(::open("/dev/full", O_WRONLY)), "out/a.csv",
                          DescriptorStream::Ownership::owned);
  const arrow::Status status = stream.Write("abc", 3);
  EXPECT_THAT(status.message(), HasSubstr("cannot write to out/a.csv: No space left on device. Free some space"));
}

TEST(DescriptorStream, SaysThatTheReaderOfAPipeHasGone) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  DescriptorStream stream(posix::Descriptor(ends[1]), "stdout", DescriptorStream::Ownership::owned);
  EXPECT_THAT(stream.Write("abc", 3).message(), HasSubstr("cannot write to stdout: Broken pipe"));
}

TEST(DescriptorStream, CountsAndRefusesWritesAfterClose) {
  cqlbulk::testing::ScratchDirectory scratch;
  const auto stream = create_file(scratch.path("a"));
  ASSERT_TRUE(stream->Write("hello", 5).ok());
  EXPECT_EQ(*stream->Tell(), 5);
  ASSERT_TRUE(stream->Close().ok());
  EXPECT_FALSE(stream->Write("x", 1).ok());
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("a")), "hello");
}

TEST(CopyToFile, TakesAPipeToItsEnd) {
  cqlbulk::testing::ScratchDirectory scratch;
  const std::string fifo = scratch.path("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_FALSE(is_seekable(fifo));
  const std::string text(300'000, 'x');
  std::jthread writer([&] { std::ofstream(fifo) << text; });
  EXPECT_EQ(copy_to_file(fifo, scratch.path("copy"), {}), text.size());
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("copy")), text);
  EXPECT_TRUE(is_seekable(scratch.path("copy")));
}

}  // namespace
}  // namespace cqlbulk::storage
