using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Stiefel.Client.Laptop;
using Stiefel.Client.Search;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Client.Tests.Search;

[Collection("cable")]
public sealed class ServerSearchTests : IDisposable
{
    private static readonly LaptopIdentity s_wren = LaptopIdentity.Of("0123456789abcdef", "wren");
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(10);

    private readonly SharedKey _key = SharedKey.Generate("stick");
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public ServerSearchTests() => _stop.CancelAfter(s_limit);

    public void Dispose()
    {
        _stop.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Search_FourInterfaces_FindsTheLaptopOnTheLastWithinASecondOfCarrier()
    {
        using var first = new Cable("cable0");
        using var second = new Cable("cable1");
        using var third = new Cable("cable2");
        using var last = new Cable("cable3");
        using var laptop = last.Far(() => new Responder(_key, bootPort: 4711));
        Cable[] deaf = [first, second];
        Array.ForEach([.. deaf, third, last], cable => cable.RaiseNear());
        Array.ForEach(deaf, cable => cable.RaiseFar());

        var search = Search().FindFirstAsync(_stop.Token);
        await Task.Delay(600, _stop.Token);
        Assert.False(search.IsCompleted);

        last.RaiseFar();

        // The kernel may report a carrier up to a second late, so measure from its report.
        while (!search.IsCompleted && !RouteNetlink.ListLinks().Any(link => link.Name == "cable3" && link.HasCarrier))
        {
            await Task.Delay(5, _stop.Token);
        }

        var sinceCarrier = Stopwatch.StartNew();
        var found = await search;

        Assert.True(sinceCarrier.ElapsedMilliseconds < 1000, $"found after {sinceCarrier.ElapsedMilliseconds} ms");
        Assert.Equal("cable3", found.Link.Name);
        Assert.Equal(4711, found.Endpoint.Port);
        Assert.True(found.Endpoint.Address.IsIPv6LinkLocal);
        Assert.Equal(found.Link.Index, found.Endpoint.Address.ScopeId);
    }

    [Fact]
    public async Task Search_InterfaceThatAppearsLater_IsAskedToo()
    {
        var search = Search().FindFirstAsync(_stop.Token);
        await Task.Delay(400, _stop.Token);
        using var late = new Cable("late0");
        using var laptop = late.Far(() => new Responder(_key, bootPort: 1));
        late.RaiseFar();
        late.RaiseNear();
        Assert.Equal("late0", (await search).Link.Name);
    }

    [Fact]
    public async Task Search_WithoutIPv6_FindsByIPv4Broadcast()
    {
        using var cable = new Cable("four0");
        File.WriteAllText("/proc/sys/net/ipv6/conf/four0/disable_ipv6", "1");
        PrivateNetwork.Ip("address add 10.9.8.1/24 dev four0");
        using var laptop = cable.Far(() =>
        {
            PrivateNetwork.Ip("address add 10.9.8.2/24 dev far");
            return new Responder(_key, bootPort: 99, AddressFamily.InterNetwork);
        });
        cable.RaiseFar();
        cable.RaiseNear();

        var found = await Search().FindFirstAsync(_stop.Token);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.9.8.2"), 99), found.Endpoint);
        Assert.Equal("four0", found.Link.Name);
    }

    /// <summary>The kernel's route to 169.254.0.0/16 is that of the first cable: neither question nor connection may follow it.</summary>
    [Fact]
    public async Task Search_ByIPv4LinkLocalOnTwoCables_AsksAndConnectsByTheRightOne()
    {
        using var first = new Cable("two0");
        using var second = new Cable("two1");
        Cable[] cables = [first, second];
        for (var i = 0; i < cables.Length; i++)
        {
            File.WriteAllText($"/proc/sys/net/ipv6/conf/two{i}/disable_ipv6", "1");
            cables[i].RaiseFar();
            cables[i].RaiseNear();
            PrivateNetwork.Ip($"address add 169.254.7.{i + 1}/16 dev two{i}");
        }

        using var laptop = second.Far(() =>
        {
            PrivateNetwork.Ip("address add 169.254.9.9/16 dev far");
            return new Responder(_key, bootPort: 99, AddressFamily.InterNetwork);
        });
        using var listener = second.Far(() =>
        {
            var listener = new TcpListener(IPAddress.Parse("169.254.9.9"), 99);
            listener.Start();
            return listener;
        });

        var found = await Search().FindFirstAsync(_stop.Token);
        Assert.Equal(("169.254.9.9:99", "two1"), (found.Endpoint.ToString(), found.Link.Name));

        using var http = LaptopHttp.Create(found);
        var request = http.GetAsync("/", _stop.Token);
        using (var connection = await listener.AcceptSocketAsync(_stop.Token))
        {
            Assert.Equal("169.254.7.2", ((IPEndPoint)connection.RemoteEndPoint!).Address.ToString());
            await connection.SendAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), _stop.Token);
            using var answer = await request;
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Search_ForgedAnswers_AreNotBelieved()
    {
        using var foreign = SharedKey.Generate("foreign");
        using var cable = new Cable("forge0");
        using var laptop = cable.Far(() => new Responder(_key, bootPort: 5));
        laptop.Reply = nonce =>
        [
            DiscoveryDatagram.BuildHello(foreign, nonce, 1, s_wren),
            DiscoveryDatagram.BuildHello(_key, new byte[DiscoveryDatagram.NonceSize], 2, s_wren),
            [.. DiscoveryDatagram.BuildHello(_key, nonce, 3, s_wren), 0],
            DiscoveryDatagram.BuildHello(_key, nonce, 4, s_wren)[..^1],
            [],
            new byte[1900],
        ];
        cable.RaiseFar();
        cable.RaiseNear();

        var search = Search().FindFirstAsync(_stop.Token);
        while (laptop.Questions < 4)
        {
            Assert.False(search.IsCompleted);
            await Task.Delay(20, _stop.Token);
        }

        Assert.False(search.IsCompleted);

        laptop.Reply = nonce => [DiscoveryDatagram.BuildHello(_key, nonce, 5, s_wren)];
        Assert.Equal(5, (await search).Endpoint.Port);
    }

    [Fact]
    public async Task Search_NobodyAnswers_SaysWhereItAskedAndWhatToDo()
    {
        using var silent = new Cable("silent0");
        using var open = new Cable("open0");
        using var down = new Cable("down0");
        silent.RaiseFar();
        silent.RaiseNear();
        open.RaiseNear();

        Task search = Search().FindFirstAsync(_stop.Token);
        while (_reports.IsEmpty)
        {
            await Task.Delay(50, _stop.Token);
        }

        var lines = _reports.First().Split(Environment.NewLine);
        Assert.Equal("no laptop answered; asking again", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("  silent0: link up, ", StringComparison.Ordinal));
        Assert.Contains("  open0: no cable", lines);
        Assert.Contains("  down0: down; `ip link set down0 up` sets it up", lines);
        Assert.Equal("  check that stiefel runs on the laptop, and that it has this stick's key", lines[^1]);
        Assert.All(lines, line => Assert.True(line.Length < 80, line));
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
    }

    [Fact]
    public async Task Discover_TimeTooShortForAReport_EndsWithTheReason()
    {
        using var directory = new TemporaryDirectory();
        var key = ClientRun.WriteKey(directory.File("stick.key"), new byte[SharedKey.Size]);
        var run = await ClientRun.StartAsync("discover", "--seconds", "1", "--key", key, "--interface", "nope0");
        Assert.Equal(
            new ClientRun(1, "", "stiefel-client: no laptop with the key `stick` answered within 1 s: there is no interface nope0: plug the adapter in, or check the name\n"), run);
    }

    [Fact]
    public async Task Search_OneInterfaceOnly_AsksNowhereElse()
    {
        using var wanted = new Cable("wanted0");
        using var other = new Cable("other0");
        using var there = other.Far(() => new Responder(_key, bootPort: 1));
        using var here = wanted.Far(() => new Responder(_key, bootPort: 2));
        Array.ForEach([other, wanted], cable => cable.RaiseFar());
        Array.ForEach([other, wanted], cable => cable.RaiseNear());

        var found = await new ServerSearch(_key, "wanted0", WantedLaptop.Any, _reports.Enqueue).FindFirstAsync(_stop.Token);
        Assert.Equal(2, found.Endpoint.Port);
        Assert.Equal(0, there.Questions);
    }

    private ServerSearch Search() => new(_key, onlyInterface: null, WantedLaptop.Any, _reports.Enqueue);
}
