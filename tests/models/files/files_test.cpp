#include "models/files/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/error_text.h"
#include "tests/support/system_limits.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FilesTest, ReadsBackTheBytesThatItWrote) {
  const TemporaryDirectory directory;
  std::string bytes(200'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 3);
  WriteFileWhole(directory.PathOf("numbers"), bytes);
  EXPECT_EQ(ReadFile(directory.PathOf("numbers")), bytes);
  const MappedFile mapped(directory.PathOf("numbers"));
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(mapped.data()), mapped.size()), bytes);
}

TEST(FilesTest, ReadsAnEmptyFile) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("empty"), "");
  EXPECT_EQ(ReadFile(directory.PathOf("empty")), "");
  EXPECT_EQ(MappedFile(directory.PathOf("empty")).size(), 0U);
}

TEST(FilesTest, WritesUnderANameWithSpacesInUtf8) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("ein Wörterbuch.txt"), "Hund\n");
  EXPECT_EQ(ReadFile(directory.PathOf("ein Wörterbuch.txt")), "Hund\n");
}

TEST(FilesTest, ReplacesAFileAndLeavesNothingElse) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("a"), "old and long");
  WriteFileWhole(directory.PathOf("a"), "new");
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "new");
  EXPECT_THAT(directory.Names(), ElementsAre("a"));
}

TEST(FilesTest, LetsTheUmaskDecideWhoMayRead) {
  const TemporaryDirectory directory;
  const mode_t old = ::umask(027);
  WriteFileWhole(directory.PathOf("a"), "x");
  ::umask(old);
  struct stat status {};
  ASSERT_EQ(::stat(directory.PathOf("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST(FilesTest, NamesAMissingFile) {
  const auto text = ErrorText(ErrorKind::kBadFile, [] { ReadFile("/nowhere/photo.jpg"); });
  EXPECT_EQ(text, "cannot read '/nowhere/photo.jpg': No such file or directory");
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [] { MappedFile("/nowhere/photo.jpg"); }), text);
}

TEST(FilesTest, ReadsNoDirectory) {
  const TemporaryDirectory directory;
  const auto read = ErrorText(ErrorKind::kBadFile, [&] { ReadFile(directory.path()); });
  EXPECT_EQ(read, "cannot read '" + directory.path() + "': Is a directory");
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { MappedFile file(directory.path()); }), read);
}

TEST(FilesTest, SaysThatAFileMayNotBeRead) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("secret"), "x");
  ::chmod(directory.PathOf("secret").c_str(), 0);
  ::chmod(directory.path().c_str(), 0755);
  const OrdinaryUser user;
  if (!user.is_ordinary()) GTEST_SKIP() << "the administrator may read everything";
  const auto text = ErrorText(ErrorKind::kBadFile, [&] { ReadFile(directory.PathOf("secret")); });
  EXPECT_THAT(text, HasSubstr("secret': Permission denied"));
}

TEST(FilesTest, WritesIntoNoReadOnlyDirectory) {
  const TemporaryDirectory directory;
  ::chmod(directory.path().c_str(), 0555);
  std::string text;
  {
    const OrdinaryUser user;
    if (!user.is_ordinary()) GTEST_SKIP() << "the administrator may write everywhere";
    text = ErrorText(ErrorKind::kBadFile, [&] { WriteFileWhole(directory.PathOf("a"), "x"); });
  }
  EXPECT_EQ(text, "cannot write '" + directory.PathOf("a") + "': Permission denied");
  EXPECT_THAT(directory.Names(), IsEmpty());
}

TEST(FilesTest, WritesOverNoDirectoryAndNoDevice) {
  const TemporaryDirectory directory;
  const auto text = ErrorText(ErrorKind::kBadFile, [&] { WriteFileWhole(directory.path(), "x"); });
  EXPECT_EQ(text, "cannot write '" + directory.path() + "': Is a directory");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [] { WriteFileWhole("/dev/null", "x"); }),
              HasSubstr("it is not a regular file"));
}

TEST(FilesTest, WritesIntoNoMissingDirectory) {
  const TemporaryDirectory directory;
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { WriteFileWhole(directory.PathOf("none/a"), "x"); }),
              HasSubstr("No such file or directory"));
}

TEST(FilesTest, KeepsTheOldFileWhereTheDiskIsFull) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("a"), "old");
  std::string text;
  {
    const FileSizeLimit limit(1000);
    text = ErrorText(ErrorKind::kBadFile, [&] { WriteFileWhole(directory.PathOf("a"), std::string(5000, 'x')); });
  }
  EXPECT_EQ(text, "cannot write '" + directory.PathOf("a") + "': File too large");
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "old");
  EXPECT_THAT(directory.Names(), ElementsAre("a"));
}

TEST(FilesTest, MakesADirectoryWithThoseAboveIt) {
  const TemporaryDirectory directory;
  MakeDirectory(directory.PathOf("a/b/c"));
  MakeDirectory(directory.PathOf("a/b/c"));
  EXPECT_TRUE(std::filesystem::is_directory(directory.PathOf("a/b/c")));
}

TEST(FilesTest, MakesNoDirectoryOfAFile) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("a"), "x");
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { MakeDirectory(directory.PathOf("a")); }),
            "cannot make directory '" + directory.PathOf("a") + "': Not a directory");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { MakeDirectory(directory.PathOf("a/b")); }),
              HasSubstr("Not a directory"));
}

}  // namespace
}  // namespace wherefore
