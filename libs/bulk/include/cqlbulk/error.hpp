// The error that ends an operation: what happened, to what, and what to do next. Its class decides the exit status.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace cqlbulk {

enum class ErrorClass {
  usage,   ///< Settings, schema, names or input known to be wrong before any work. Exit status 2.
  failed,  ///< The work stopped: cluster, disk, input or output broke. Exit status 3.
  defect,  ///< cqlbulk itself is wrong. Exit status 5.
};

/// `message` names the thing (host, table, file:line); `advice` says what to do next and may be empty.
class Error : public std::exception {
 public:
  Error(ErrorClass error_class, std::string message, std::string advice = {})
      : class_(error_class),
        message_(std::move(message)),
        advice_(std::move(advice)),
        what_(advice_.empty() ? message_ : message_ + "\n" + advice_) {}

  [[nodiscard]] ErrorClass error_class() const noexcept { return class_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& advice() const noexcept { return advice_; }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  ErrorClass class_;
  std::string message_;
  std::string advice_;
  std::string what_;
};

}  // namespace cqlbulk
