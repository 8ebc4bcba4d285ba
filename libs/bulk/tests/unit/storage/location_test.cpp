// What users name, and which files that means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "cqlbulk/error.hpp"
#include "scratch_directory.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = Location::Kind;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    return error.what();
  }
  return "no error";
}

TEST(Location, TellsFilesDirectoriesAndTheStandardStream) {
  struct Case {
    const char* url;
    Kind kind;
    const char* path;
  };
  for (const Case& c :
       {Case{"out.csv", Kind::file, "out.csv"}, Case{"a/b/", Kind::directory, "a/b"}, Case{"/", Kind::directory, "/"},
        Case{"a//", Kind::directory, "a"}, Case{"-", Kind::standard_stream, ""},
        Case{"file:///tmp/a%20b.csv", Kind::file, "/tmp/a b.csv"}, Case{"file:/tmp/x/", Kind::directory, "/tmp/x"},
        Case{"file:x.csv", Kind::file, "x.csv"}, Case{"file://localhost/x", Kind::file, "/x"},
        Case{"12:30:00.csv", Kind::file, "12:30:00.csv"}, Case{"a:b", Kind::file, "a:b"}}) {
    const Location location = parse_location(c.url);
    EXPECT_EQ(location.kind, c.kind) << c.url;
    EXPECT_EQ(location.path, c.path) << c.url;
    EXPECT_EQ(location.url, c.url);
  }
}

TEST(Location, NamesTheSchemeThatIsNotThereYet) {
  EXPECT_THAT(message_of([] { (void)parse_location("s3://bucket/key"); }), HasSubstr("s3: URLs are not supported yet"));
  EXPECT_THAT(message_of([] { (void)parse_location("ftp://host/key"); }), HasSubstr("ftp:"));
  EXPECT_THAT(message_of([] { (void)parse_location("file://host/key"); }), HasSubstr("another host"));
  EXPECT_THAT(message_of([] { (void)parse_location(""); }), HasSubstr("empty"));
}

class Inputs : public ::testing::Test {
 protected:
  cqlbulk::testing::ScratchDirectory scratch;
};

TEST_F(Inputs, KeepTheirOrderAndComeOnce) {
  const std::string b = scratch.write("b.csv", "");
  const std::string a = scratch.write("a.csv", "");
  EXPECT_THAT(expand_inputs({b, a, b, "-"}), ElementsAre(b, a, "-"));
  EXPECT_THAT(expand_inputs({scratch.path("*.csv"), a}), ElementsAre(a, b));
}

TEST_F(Inputs, TakeADirectorysVisibleFilesSorted) {
  const std::string b = scratch.write("b.csv", "");
  const std::string a = scratch.write("a.csv", "");
  scratch.write(".hidden", "");
  scratch.write("_SUCCESS", "");
  ::mkdir(scratch.path("below").c_str(), 0700);
  EXPECT_THAT(expand_inputs({scratch.root() + "/"}), ElementsAre(a, b));
  EXPECT_THAT(expand_inputs({scratch.root()}), ElementsAre(a, b));
}

TEST_F(Inputs, ReadAFileNamedLikeAPatternAsItself) {
  const std::string odd = scratch.write("a[1].csv", "");
  EXPECT_THAT(expand_inputs({odd}), ElementsAre(odd));
}

TEST_F(Inputs, FollowAListAndSayWhichLineIsWrong) {
  const std::string a = scratch.write("a.csv", "");
  const std::string list = scratch.write("list", "# inputs\n\n" + a + "\r\n");
  EXPECT_THAT(expand_inputs({"@" + list}), ElementsAre(a));
  const std::string bad = scratch.write("bad", a + "\n" + scratch.path("absent") + "\n");
  EXPECT_THAT(message_of([&] { (void)expand_inputs({"@" + bad}); }), HasSubstr(bad + ":2: cannot read"));
}

TEST_F(Inputs, NameWhatIsNotThere) {
  EXPECT_THAT(message_of([&] { (void)expand_inputs({scratch.path("absent.csv")}); }),
              HasSubstr("absent.csv: No such file or directory"));
  EXPECT_THAT(message_of([&] { (void)expand_inputs({scratch.path("*.csv")}); }), HasSubstr("no file matches"));
  EXPECT_THAT(message_of([&] { (void)expand_inputs({scratch.root()}); }), HasSubstr("has no files to read"));
  EXPECT_THAT(message_of([&] { (void)open_input(scratch.root()); }), HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace cqlbulk::storage
