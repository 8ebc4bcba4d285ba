// Output is hidden until complete, private, and never clobbers what is not its own.
#include <arrow/io/interfaces.h>
#include <arrow/status.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cqlbulk/error.hpp"
#include "scratch_directory.hpp"
#include "storage/descriptor_stream.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OutputTest : public ::testing::Test {
 protected:
  static void write(Output& output, const std::string& name, const std::string& text) {
    output.begin();
    const auto stream = output.create(name);
    ASSERT_TRUE(stream->Write(text.data(), static_cast<std::int64_t>(text.size())).ok());
    ASSERT_TRUE(stream->Close().ok());
    EXPECT_EQ(output.seal(name), text.size());
  }
  static unsigned mode_of(const std::string& path) {
    struct stat info{};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777U;
  }
  Location at(const std::string& name) { return parse_location(scratch.path(name)); }

  template <typename Action>
  static std::string error_of(ErrorClass error_class, Action action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.error_class(), error_class);
      return error.what();
    }
    return "no error";
  }

  cqlbulk::testing::ScratchDirectory scratch;
};

TEST_F(OutputTest, OneFileAppearsOnlyWhenPublished) {
  Output output(at("out.csv"), "ID", false);
  write(output, "whole", "hello");
  EXPECT_THAT(scratch.names(), ElementsAre(".out.csv.cqlbulk-ID"));
  EXPECT_EQ(mode_of(scratch.path(".out.csv.cqlbulk-ID")), 0700U);
  output.publish("whole", "out.csv");
  output.finish();
  EXPECT_THAT(scratch.names(), ElementsAre("out.csv"));
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("out.csv")), "hello");
  EXPECT_EQ(mode_of(scratch.path("out.csv")), 0600U);
}

TEST_F(OutputTest, LeavesNothingWhenGivenUp) {
  {
    Output output(at("out.csv"), "ID", false);
    write(output, "whole", "hello");
    const auto open_still = output.create("other");
  }
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST_F(OutputTest, RefusesAnExistingFileWithoutOverwrite) {
  scratch.write("out.csv", "mine");
  EXPECT_THAT(error_of(ErrorClass::usage, [&] { Output(at("out.csv"), "ID", false); }), HasSubstr("exists already"));
  Output output(at("out.csv"), "ID", true);
  write(output, "whole", "new");
  output.publish("whole", "out.csv");
  output.finish();
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("out.csv")), "new");
}

TEST_F(OutputTest, LeavesAFileAloneThatAppearedMeanwhile) {
  {
    Output output(at("out.csv"), "ID", false);
    write(output, "whole", "new");
    scratch.write("out.csv", "somebody else's");
    EXPECT_THAT(error_of(ErrorClass::failed, [&] { output.publish("whole", "out.csv"); }), HasSubstr("appeared while"));
  }
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("out.csv")), "somebody else's");
  EXPECT_THAT(scratch.names(), ElementsAre("out.csv"));
}

TEST_F(OutputTest, NamesWhatCannotBeWritten) {
  EXPECT_THAT(error_of(ErrorClass::usage, [&] { Output(at("absent/out.csv"), "ID", false).begin(); }),
              HasSubstr("absent/out.csv: No such file or directory"));
  scratch.write("file", "");
  EXPECT_THAT(error_of(ErrorClass::usage, [&] { Output(at("file/"), "ID", false); }), HasSubstr("is a file"));
  EXPECT_THAT(error_of(ErrorClass::usage, [&] { Output(parse_location(scratch.root()), "ID", false); }),
              HasSubstr("is a directory"));
  if (::geteuid() != 0) {
    ::chmod(scratch.root().c_str(), 0500);
    EXPECT_THAT(error_of(ErrorClass::usage, [&] { Output(at("out.csv"), "ID", false).begin(); }),
                HasSubstr("Permission denied"));
    ::chmod(scratch.root().c_str(), 0700);
  }
}

TEST_F(OutputTest, PartsAppearOneByOneInANewDirectory) {
  Output output(at("parts/"), "ID", false);
  write(output, "part-00000.csv", "a");
  EXPECT_THAT(scratch.names(), ElementsAre(".parts.cqlbulk-ID"));
  output.publish("part-00000.csv", "part-00000.csv");
  EXPECT_THAT(scratch.names("parts"), ElementsAre("part-00000.csv"));
  EXPECT_EQ(mode_of(scratch.path("parts")), 0700U);
  write(output, "part-00001.csv", "b");
  output.publish("part-00001.csv", "part-00001.csv");
  output.finish();
  EXPECT_THAT(scratch.names(), ElementsAre("parts"));
  EXPECT_THAT(scratch.names("parts"), ElementsAre("part-00000.csv", "part-00001.csv"));
}

TEST_F(OutputTest, RefusesADirectoryThatHoldsSomething) {
  ::mkdir(scratch.path("parts").c_str(), 0755);
  {
    Output empty_one_is_fine(at("parts/"), "ID", false);
    empty_one_is_fine.begin();
  }
  scratch.write("parts/x", "");
  EXPECT_THAT(error_of(ErrorClass::usage, [&] { Output(at("parts/"), "ID", false); }), HasSubstr("is not empty"));
}

TEST_F(OutputTest, OverwritingADirectoryReplacesPartsTogetherAndKeepsTheRest) {
  ::mkdir(scratch.path("parts").c_str(), 0755);
  for (const char* name : {"part-00000.csv", "part-00007.parquet", "part-1.csv", "notes.txt"}) {
    scratch.write(std::string("parts/") + name, "old");
  }
  {
    Output given_up(at("parts/"), "ID1", true);
    write(given_up, "part-00000.csv", "new");
    given_up.publish("part-00000.csv", "part-00000.csv");
    EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("parts/part-00000.csv")), "old");
  }
  EXPECT_EQ(scratch.names("parts").size(), 4U);
  Output output(at("parts/"), "ID2", true);
  write(output, "part-00000.csv", "new");
  output.publish("part-00000.csv", "part-00000.csv");
  output.finish();
  EXPECT_THAT(scratch.names("parts"), ElementsAre("notes.txt", "part-00000.csv", "part-1.csv"));
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("parts/part-00000.csv")), "new");
}

TEST_F(OutputTest, DoesNotWriteThroughALink) {
  Output output(at("out.csv"), "ID", false);
  output.begin();
  ASSERT_EQ(::symlink("/dev/full", (output.staging() + "/link").c_str()), 0);
  // O_EXCL refuses links, too: nobody can redirect a part.
  EXPECT_THAT(error_of(ErrorClass::failed, [&] { (void)output.create("link"); }), HasSubstr("File exists"));
}

TEST_F(OutputTest, WhatIsKeptOutlivesItAndIsTakenUp) {
  {
    Output output(at("out.csv"), "ID", false);
    write(output, "fragment-00000", "hello");
    output.keep();
  }
  const std::string staging = scratch.path(".out.csv.cqlbulk-ID");
  EXPECT_THAT(scratch.names(), ElementsAre(".out.csv.cqlbulk-ID"));
  Output again(at("out.csv"), Output::Earlier{staging, false}, false, nullptr);
  EXPECT_THAT(again.staged_names(), ElementsAre("fragment-00000"));
  EXPECT_EQ(again.staged_bytes("fragment-00000"), 5U);
  EXPECT_EQ(again.staged_bytes("fragment-00001"), std::nullopt);
  again.publish("fragment-00000", "out.csv");
  again.finish();
  EXPECT_THAT(scratch.names(), ElementsAre("out.csv"));
}

TEST_F(OutputTest, APartPublishedEarlierIsNotTakenForOneOfAnEarlierExport) {
  ::mkdir(scratch.path("parts").c_str(), 0755);
  scratch.write("parts/part-00000.csv", "new, published before the crash");
  scratch.write("parts/part-00001.csv", "old");
  Output again(at("parts/"), Output::Earlier{scratch.path("parts/.cqlbulk-ID"), true}, true, nullptr);
  write(again, "part-00001.csv", "new");
  again.already_published("part-00000.csv");
  again.publish("part-00001.csv", "part-00001.csv");
  again.finish();
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("parts/part-00000.csv")), "new, published before the crash");
  EXPECT_EQ(cqlbulk::testing::read_file(scratch.path("parts/part-00001.csv")), "new");
}

TEST_F(OutputTest, AnUnfinishedMoveOfALinkIsFinished) {
  Output output(at("out.csv"), "ID", false);
  write(output, "whole", "hello");
  // File systems that cannot refuse to replace get a link first; the process may end before the old name goes.
  ASSERT_EQ(::link((output.staging() + "/whole").c_str(), scratch.path("out.csv").c_str()), 0);
  output.publish("whole", "out.csv");
  output.finish();
  EXPECT_THAT(scratch.names(), ElementsAre("out.csv"));
}

TEST_F(OutputTest, KnowsTheDigestOfWhatWasWritten) {
  Output output(at("out.csv"), "ID", false);
  output.begin();
  const auto stream = output.create("whole");
  EXPECT_EQ(stream->digest(), "99aa06d3014798d86001c324468d497f");
  ASSERT_TRUE(stream->Write("hello", 5).ok());
  EXPECT_EQ(stream->digest(), "b5e9c1ad071b3e7fc779cfaa5e523818");
}

}  // namespace
}  // namespace cqlbulk::storage
