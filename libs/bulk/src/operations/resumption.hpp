// What resuming a count, an export and a load have in common, and the ways on from there.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "cqlbulk/resume.hpp"
#include "journal/operation_directory.hpp"
#include "journal/operation_reader.hpp"

namespace cqlbulk::operations {

/// Puts what may differ from the recorded settings in their place.
void take_over(const ResumeOptions& resume, OperationOptions& recorded);

/// With --auto-resume: the directory of the unfinished operation with this fingerprint, if there is one.
[[nodiscard]] std::optional<std::string> unfinished_like(const OperationOptions& options,
                                                         const std::function<std::string()>& fingerprint);
/// What is given anew for an operation that goes on by itself.
[[nodiscard]] ResumeOptions resume_options_of(const OperationOptions& options, const std::string& operation,
                                              std::vector<ColumnConverter> converters = {});

/// As cqlbulk::resume, with the operation's journal locked.
[[nodiscard]] Report resume_count(const ResumeOptions& resume, journal::Operation operation,
                                  journal::OperationDirectory directory, Observer& observer, std::stop_token stop);
[[nodiscard]] Report resume_export(const ResumeOptions& resume, journal::Operation operation,
                                   journal::OperationDirectory directory, Observer& observer, std::stop_token stop);
[[nodiscard]] Report resume_load(const ResumeOptions& resume, journal::Operation operation,
                                 journal::OperationDirectory directory, Observer& observer, std::stop_token stop);

}  // namespace cqlbulk::operations
