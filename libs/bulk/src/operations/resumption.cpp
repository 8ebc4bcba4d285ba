// Finding the operation, locking it, and handing it to what it is.
#include "operations/resumption.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "cqlbulk/error.hpp"

namespace cqlbulk {

namespace operations {

void take_over(const ResumeOptions& resume, OperationOptions& recorded) {
  recorded.cluster = resume.cluster;
  // A preset that is given anew takes the place of a number that was recorded.
  if (resume.preset) {
    recorded.pace.preset = *resume.preset;
    recorded.pace.parallelism.reset();
  }
  if (resume.max_rows_per_second) recorded.pace.max_rows_per_second = resume.max_rows_per_second;
  if (resume.max_bytes_per_second) recorded.pace.max_bytes_per_second = resume.max_bytes_per_second;
  if (resume.parallelism) recorded.pace.parallelism = resume.parallelism;
  if (resume.threads) recorded.pace.threads = resume.threads;
  if (resume.page_size) recorded.pace.page_size = *resume.page_size;
  if (resume.max_memory) recorded.pace.max_memory = resume.max_memory;
  if (resume.patience) recorded.pace.patience = *resume.patience;
  if (resume.full_disk_wait) recorded.full_disk_wait = *resume.full_disk_wait;
}

std::optional<std::string> unfinished_like(const OperationOptions& options,
                                           const std::function<std::string()>& fingerprint) {
  if (!options.auto_resume) return std::nullopt;
  return journal::find_unfinished(options.operation_dir, fingerprint());
}

ResumeOptions resume_options_of(const OperationOptions& options, const std::string& operation,
                                std::vector<ColumnConverter> converters) {
  ResumeOptions resume;
  resume.converters = std::move(converters);
  resume.operation = operation;
  resume.operation_dir = options.operation_dir;
  resume.cluster = options.cluster;
  resume.preset = options.pace.preset;
  resume.max_rows_per_second = options.pace.max_rows_per_second;
  resume.max_bytes_per_second = options.pace.max_bytes_per_second;
  resume.parallelism = options.pace.parallelism;
  resume.threads = options.pace.threads;
  resume.page_size = options.pace.page_size;
  resume.max_memory = options.pace.max_memory;
  resume.patience = options.pace.patience;
  resume.full_disk_wait = options.full_disk_wait;
  return resume;
}

}  // namespace operations

std::map<std::string, std::vector<std::string>> recorded_connection(const std::string& operation_dir,
                                                                    const std::string& operation) {
  const journal::Operation found = journal::read_operation(journal::find_operation(operation_dir, operation));
  std::map<std::string, std::vector<std::string>> connection;
  try {
    for (const auto& [name, values] : found.description.at("connection").items()) {
      connection[name] = values.get<std::vector<std::string>>();
    }
  } catch (const journal::Json::exception& error) {
    throw Error(ErrorClass::failed, fmt::format("{}/operation.json is damaged: {}", found.path, error.what()));
  }
  return connection;
}

Report resume(const ResumeOptions& options, Observer& observer, std::stop_token stop) {
  journal::Operation operation;
  journal::OperationDirectory directory =
      journal::OperationDirectory::resume(journal::find_operation(options.operation_dir, options.operation), operation);
  const std::string command = operation.description.value("command", "");
  const std::string path = operation.path;
  try {
    if (command == "count") {
      return operations::resume_count(options, std::move(operation), std::move(directory), observer, std::move(stop));
    }
    if (command == "export") {
      return operations::resume_export(options, std::move(operation), std::move(directory), observer, std::move(stop));
    }
    if (command == "load") {
      return operations::resume_load(options, std::move(operation), std::move(directory), observer, std::move(stop));
    }
  } catch (const journal::Json::exception& error) {
    throw Error(ErrorClass::failed, fmt::format("{}/operation.json is damaged: {}", path, error.what()),
                "Run the command again from the start.");
  }
  throw Error(ErrorClass::usage, fmt::format("an operation of the kind \"{}\" cannot be resumed", command));
}

}  // namespace cqlbulk
