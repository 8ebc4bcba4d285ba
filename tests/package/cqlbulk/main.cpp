// Counts a table through the installed library: uses_cqlbulk HOST KEYSPACE.TABLE prints the number of rows.
#include <cqlbulk/count.hpp>
#include <cqlbulk/error.hpp>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: uses_cqlbulk HOST KEYSPACE.TABLE\n";
    return 2;
  }
  try {
    cqlbulk::CountOptions options;
    options.operation.cluster.contact_points = {{argv[1], 9042}};
    options.subject = cqlbulk::parse_subject(argv[2]);
    cqlbulk::Observer silent;
    std::cout << cqlbulk::count(options, silent).total << '\n';
    return 0;
  } catch (const cqlbulk::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
