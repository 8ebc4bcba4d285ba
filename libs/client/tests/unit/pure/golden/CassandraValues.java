import java.lang.reflect.*;
import java.math.*;
import java.net.*;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.cassandra.config.DatabaseDescriptor;
import org.apache.cassandra.cql3.Duration;
import org.apache.cassandra.dht.*;
import org.apache.cassandra.locator.*;
import org.apache.cassandra.utils.vint.VIntCoding;

// Prints what Cassandra's own code makes of the inputs that the tests here use: the tables in *.inc beside this file
// are its output, one section each. Run it against the jars of the testbed:
//   javac -cp "$LIB/*" -d /tmp CassandraValues.java && java -cp "$LIB/*:/tmp" CassandraValues
public class CassandraValues {
  static String hex(byte[] b) {
    StringBuilder s = new StringBuilder();
    for (byte x : b) s.append(String.format("%02x", x));
    return s.toString();
  }
  public static void main(String[] arguments) throws Exception {
    DatabaseDescriptor.clientInitialization();
    DatabaseDescriptor.setPartitionerUnsafe(Murmur3Partitioner.instance);
    Random r = new Random(7);
    System.out.println("== tokens");
    for (int n = 1; n <= 34; n++) {
      byte[] k = new byte[n];
      r.nextBytes(k);
      if (n % 3 == 0)
        for (int i = 0; i < n; i++) k[i] |= (byte) 0x80;
      System.out.println("    {\"" + hex(k) + "\", "
          + Murmur3Partitioner.instance.getToken(ByteBuffer.wrap(k)).getTokenValue() + "LL},");
    }
    System.out.println("== crc24");
    Method m = Class.forName("org.apache.cassandra.net.Crc").getDeclaredMethod("crc24", long.class, int.class);
    m.setAccessible(true);
    for (long v : new long[] {0, 1, 0x020000, 0x01ffff, 0x03ffff, 0x123456})
      System.out.printf("    {0x%xULL, 3, 0x%06x},%n", v, m.invoke(null, v, 3));
    for (long v : new long[] {0, 0x7ffffffffL, 0x400000009L, 0x123456789L})
      System.out.printf("    {0x%xULL, 5, 0x%06x},%n", v, m.invoke(null, v, 5));
    System.out.println("== crc32");
    for (String s : new String[] {"", "a", "123456789", "The quick brown fox jumps over the lazy dog"}) {
      java.util.zip.CRC32 c = org.apache.cassandra.net.Crc.crc32();
      c.update(s.getBytes());
      System.out.printf("    {\"%s\", 0x%08xU},%n", s, c.getValue());
    }
    System.out.println("== uvint");
    for (long v : new long[] {0, 1, 127, 128, 16383, 16384, 256000, 2097151, 2097152, 268435455L, 268435456L,
             (1L << 35) - 1, 1L << 35, (1L << 42) - 1, 1L << 42, (1L << 49) - 1, 1L << 49, (1L << 56) - 1, 1L << 56,
             Long.MAX_VALUE, -1L}) {
      ByteBuffer b = ByteBuffer.allocate(16);
      VIntCoding.writeUnsignedVInt(v, b);
      b.flip();
      byte[] x = new byte[b.remaining()];
      b.get(x);
      System.out.println("    {" + Long.toUnsignedString(v) + "ULL, \"" + hex(x) + "\"},");
    }
    System.out.println("== svint");
    for (long v : new long[] {
             0, -1, 1, -2, 63, -64, 64, -65, 1000000, -1000000, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE}) {
      ByteBuffer b = ByteBuffer.allocate(16);
      VIntCoding.writeVInt(v, b);
      b.flip();
      byte[] x = new byte[b.remaining()];
      b.get(x);
      System.out.println("    {" + v + "LL, \"" + hex(x) + "\"},");
    }
    System.out.println("== durations");
    for (String s : new String[] {"1y2mo3w4d5h6m7s8ms9us10ns", "-1mo2d3ns", "10m", "1Y", "1MO", "5\u00b5s",
             "P1Y2M3DT4H5M6S", "-P2W", "P0001-02-03T04:05:06", "PT1H", "P3D", "1y1mo", "2w", "0ns", "-0d",
             "178956970y7mo", "178956970y8mo", "2147483647d", "2147483648d", "9223372036854775807ns",
             "9223372036854775808ns", "1d1d", "1d1mo", "1", "d", "", "-", "P", "PT", "1x", "1y ", "+1y", "P1S", "1h30m",
             "90m", "1.5h", "P1YT", "1000us", "--1d", "P-1Y", "2562047h47m16s854ms775us807ns", "P1W2D", "p1y"}) {
      try {
        Duration d = Duration.from(s);
        System.out.println("    {\"" + s + "\", true, " + d.getMonths() + ", " + d.getDays() + ", " + d.getNanoseconds()
            + "LL, \"" + d + "\"},");
      } catch (Exception e) {
        System.out.println("    {\"" + s + "\", false, 0, 0, 0, \"\"},");
      }
    }
    System.out.println("== decimals");
    for (String s :
        new String[] {"0", "0.0", "0.00", "-0", "1", "-1", "1.50", "100", "1E+3", "1e3", "1E-3", "123.456", "-123.456",
            "0.000001", "0.0000001", "0.00000012", "1.23E-10", "1.23E+10", "12345678901234567890.123456789",
            "1E+2147483647", ".5", "5.", "+5", "-.5e-3", "0E+3", "0E-7", "0e-6", "1E-2147483647", "000123.4500"}) {
      BigDecimal d = new BigDecimal(s);
      System.out.println(
          "    {\"" + s + "\", " + d.scale() + ", \"" + hex(d.unscaledValue().toByteArray()) + "\", \"" + d + "\"},");
    }
    System.out.println("== varints");
    BigInteger[] vs = {BigInteger.valueOf(Long.MAX_VALUE), BigInteger.valueOf(Long.MIN_VALUE),
        BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.ONE),
        BigInteger.valueOf(Long.MIN_VALUE).subtract(BigInteger.ONE), BigInteger.TEN.pow(27),
        BigInteger.TEN.pow(36).negate(), BigInteger.TWO.pow(127).negate(), BigInteger.TWO.pow(128),
        BigInteger.TWO.pow(255).subtract(BigInteger.ONE), new BigInteger(300, r), new BigInteger(517, r).negate()};
    for (BigInteger v : vs) System.out.println("    {\"" + v + "\", \"" + hex(v.toByteArray()) + "\"},");
    System.out.println("== replicas");
    for (int t = 0; t < 14; t++) topology(r, t);
  }
  static void topology(Random r, int t) throws Exception {
    int dcs = 1 + r.nextInt(3);
    Map<InetAddressAndPort, String[]> where = new LinkedHashMap<>();
    Map<String, String> rf = new TreeMap<>();
    StringBuilder line = new StringBuilder();
    StringBuilder nodes = new StringBuilder();
    List<InetAddressAndPort> eps = new ArrayList<>();
    List<List<Long>> toks = new ArrayList<>();
    int n = 0;
    for (int d = 0; d < dcs; d++) {
      int racks = 1 + r.nextInt(4);
      int cnt = 1 + r.nextInt(6);
      for (int i = 0; i < cnt; i++) {
        InetAddressAndPort e = InetAddressAndPort.getByName("127.0.0." + (++n));
        where.put(e, new String[] {"dc" + d, "r" + r.nextInt(racks)});
        eps.add(e);
        List<Long> l = new ArrayList<>();
        int v = 1 + r.nextInt(3);
        for (int k = 0; k < v; k++) l.add((long) (r.nextInt(20000) - 10000));
        toks.add(l);
      }
      if (d == 0 || r.nextInt(4) != 0)
        rf.put("dc" + d, "" + (1 + r.nextInt(5)));
    }
    IEndpointSnitch s = new AbstractEndpointSnitch() {
      public String getRack(InetAddressAndPort e) {
        return where.get(e)[1];
      }
      public String getDatacenter(InetAddressAndPort e) {
        return where.get(e)[0];
      }
      public int compareEndpoints(InetAddressAndPort x, Replica y, Replica z) {
        return 0;
      }
    };
    DatabaseDescriptor.setEndpointSnitch(s);
    TokenMetadata tm = new TokenMetadata(s);
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < n; i++) {
      Set<Token> ts = new HashSet<>();
      for (ListIterator<Long> it = toks.get(i).listIterator(); it.hasNext();) {
        long x = it.next();
        while (!seen.add(x)) it.set(++x);
        ts.add(new Murmur3Partitioner.LongToken(x));
      }
      tm.updateNormalTokens(ts, eps.get(i));
      if (i > 0)
        nodes.append(";");
      nodes.append(where.get(eps.get(i))[0] + "," + where.get(eps.get(i))[1]);
      for (long x : toks.get(i)) nodes.append("," + x);
    }
    AbstractReplicationStrategy nts = new NetworkTopologyStrategy("ks", tm, s, rf);
    int sf = 1 + r.nextInt(4);
    AbstractReplicationStrategy simple = new SimpleStrategy("ks", tm, s, Map.of("replication_factor", "" + sf));
    StringBuilder o = new StringBuilder(), p = new StringBuilder();
    for (Object tk : tm.sortedTokens()) {
      for (Replica x : nts.calculateNaturalReplicas((Token) tk, tm)) o.append((eps.indexOf(x.endpoint())) + ",");
      o.append(";");
      for (Replica x : simple.calculateNaturalReplicas((Token) tk, tm)) p.append((eps.indexOf(x.endpoint())) + ",");
      p.append(";");
    }
    StringBuilder f = new StringBuilder();
    for (Map.Entry<String, String> e : rf.entrySet()) f.append(e.getKey() + "=" + e.getValue() + ";");
    System.out.println(
        "    {\"" + nodes + "\",\n     \"" + f + "\",\n     \"" + o + "\",\n     " + sf + ",\n     \"" + p + "\"},");
  }
}
