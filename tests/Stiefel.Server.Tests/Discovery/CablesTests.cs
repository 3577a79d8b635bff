using System.Globalization;
using System.Security.Cryptography;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Discovery;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Discovery;

/// <summary>
/// Two desktops, each in a network namespace of its own, on two cables to this machine, with the same addresses. Needs root.
/// </summary>
public sealed class CablesTests : IDisposable
{
    // Sends a datagram on the cable and prints the answer, if one comes within two seconds.
    private const string Search = """
        import socket, struct, sys
        family, port, question = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3])
        if family == "6":
            s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            to = ("ff02::1", port, 0, socket.if_nametoindex("cable"))
        else:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"cable")
            to = ("255.255.255.255", port)
        s.settimeout(2)
        s.sendto(question, to)
        try: print(s.recv(2048).hex())
        except TimeoutError: print("silence")
        """;

    private readonly ServerFiles _files = new();
    private readonly string _suffix = RandomNumberGenerator.GetHexString(6, lowercase: true);

    public CablesTests()
    {
        foreach (var name in Names)
        {
            Ip("netns", "add", name);
            Ip("link", "add", name, "type", "veth", "peer", "name", "cable", "netns", name);
            Ip("link", "set", name, "address", "02:00:00:00:00:01");
            Ip("-n", name, "link", "set", "cable", "address", "02:00:00:00:00:02");
            File.WriteAllText($"/proc/sys/net/ipv6/conf/{name}/accept_dad", "0");
            ExternalProgram.Run("ip", ["netns", "exec", name, "sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/cable/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad"]);
            Ip("addr", "add", "169.254.77.1/24", "dev", name);
            Ip("-n", name, "addr", "add", "169.254.77.2/24", "dev", "cable");
            Ip("link", "set", name, "up");
            Ip("-n", name, "link", "set", "cable", "up");
        }
    }

    private string[] Names => ["stfa" + _suffix, "stfb" + _suffix];

    public void Dispose()
    {
        foreach (var name in Names)
        {
            Ip("netns", "del", name);
        }

        _files.Dispose();
    }

    [Theory]
    [InlineData("6")]
    [InlineData("4")]
    public async Task Find_TwoCablesWithEqualAddresses_EachIsAnsweredOnItsOwn(string family)
    {
        await using var server = await RunningServer.StartAsync(_files);
        foreach (var name in Names)
        {
            var nonce = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
            var question = DiscoveryDatagram.BuildFind(_files.Key, nonce);
            byte[]? answer = null;
            for (var i = 0; i < 5 && answer is null; i++)
            {
                var output = await ExternalProgram.RunAsync(
                    "ip",
                    ["netns", "exec", name, "python3", "-c", Search, family, server.DiscoveryPort.ToString(CultureInfo.InvariantCulture), Convert.ToHexString(question)],
                    token: TestContext.Current.CancellationToken);
                answer = output.Text.Trim() == "silence" ? null : Convert.FromHexString(output.Text.Trim());
            }

            Assert.True(answer is not null, $"no answer on {name}");
            Assert.True(DiscoveryDatagram.TryOpenHello(answer, _files.Key, nonce, out _, out _));
        }
    }

    private static void Ip(params string[] arguments) => ExternalProgram.Run("ip", arguments);
}
