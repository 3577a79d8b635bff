using System.Collections.Concurrent;
using System.Net.Sockets;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Network;

/// <summary>Packets of full size on a path with a switch, which loses them from the beginning, later, or not at all.</summary>
[Collection("network namespace")]
public sealed class PacketSizeWatchTests : IDisposable
{
    // tcp(7)
    private const int ProtocolTcp = 6;
    private const int TcpMaxSegment = 2;

    private const int TcpAndIpHeaders = 60;

    private static readonly TimeSpan s_limit = TimeLimit.Seconds(15);

    private readonly ConcurrentQueue<PacketSizeChange> _changes = new();
    private PacketPath? _path;
    private PacketSizeWatch? _watch;

    private static string Limit => $"fe80::1 proto static metric 64 mtu {PacketPath.Safe}";

    public void Dispose()
    {
        _watch?.Dispose();
        _path?.Dispose();
    }

    [Fact]
    public void Watch_BothEndsAndTheSwitchCarryThem_AreUsedByNewConnections()
    {
        Begin(new PacketPath());

        _watch!.WaitForDecision();

        var change = Assert.Single(_changes);
        Assert.True(change is { IsUsed: true, Small: > 0, Large: > 0 }, $"{change}");
        Assert.DoesNotContain("fe80::1", PacketPath.Routes, StringComparison.Ordinal);
        using var connection = new Flow(_path!);
        Assert.InRange(connection.Segment, PacketPath.Safe, PacketPath.Full - TcpAndIpHeaders);
    }

    [Theory]
    [InlineData(PacketPath.Full, 1500)]
    [InlineData(1500, 9000)]
    public void Watch_SwitchOrFarEndDoesNotCarryThem_AreNotUsed(int farMtu, int switchMtu)
    {
        var path = new PacketPath(farMtu);
        path.SetSwitchMtu(switchMtu);
        Begin(path);

        _watch!.WaitForDecision();

        Assert.Equal(new PacketSizeChange(false, false, 0, 0), Assert.Single(_changes));
        Assert.Contains(Limit, PacketPath.Routes, StringComparison.Ordinal);
        using var connection = new Flow(path);
        Assert.InRange(connection.Segment, 1000, PacketPath.Safe - TcpAndIpHeaders);
        connection.AwaitMore(1 << 20, s_limit);
    }

    [Fact]
    public void Watch_MeasuredSlower_AreNotUsedEvenIfTheyArrive()
    {
        Begin(new PacketPath(), compare: () => (100_000_000, 80_000_000));

        _watch!.WaitForDecision();

        Assert.Equal(new PacketSizeChange(false, true, 100_000_000, 80_000_000), Assert.Single(_changes));
        Assert.Contains(Limit, PacketPath.Routes, StringComparison.Ordinal);
    }

    /// <summary>The far end's watch begins in this way: the near end has tried them already.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Watch_SwitchBeginsToLoseThem_TheConnectionGoesOnWithSmallOnesWithinSeconds(bool isTrusted)
    {
        Begin(new PacketPath(), isTrusted);
        _watch!.WaitForDecision();
        using var connection = new Flow(_path!);
        connection.AwaitMore(4 << 20, s_limit);
        Assert.InRange(connection.Segment, PacketPath.Safe, PacketPath.Full);

        _path!.SetSwitchMtu(1500);

        Assert.True(SpinWait.SpinUntil(() => _changes.LastOrDefault() is { IsUsed: false, HasWorked: true } && _changes.Count == (isTrusted ? 1 : 2), s_limit), $"the loss was not noticed: {string.Join(", ", _changes)}");
        connection.AwaitMore(1 << 20, s_limit);
        Assert.InRange(connection.Segment, 1000, PacketPath.Safe - TcpAndIpHeaders);
    }

    [Fact]
    public void Watch_SwitchIsReplaced_AreUsedAgain()
    {
        Begin(new PacketPath(), pause: TimeSpan.FromSeconds(1), compare: () => (1, 1));
        _watch!.WaitForDecision();
        _path!.SetSwitchMtu(1500);
        Assert.True(SpinWait.SpinUntil(() => _changes.Count == 2, s_limit), $"the loss was not noticed: {string.Join(", ", _changes)}");

        _path.SetSwitchMtu(9000);

        Assert.True(SpinWait.SpinUntil(() => _changes.Count == 3, TimeLimit.Seconds(40)), "they were not tried again");
        Assert.Equal([true, false, true], _changes.Select(change => change.IsUsed));
        Assert.DoesNotContain("fe80::1", PacketPath.Routes, StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_FarEndIsSilent_DecidesNothingAndKeepsToSmallOnes()
    {
        var path = new PacketPath();
        path.SetFarUp(false);
        Begin(path);

        _watch!.WaitForDecision();

        Assert.Empty(_changes);
        Assert.Contains(Limit, PacketPath.Routes, StringComparison.Ordinal);
        path.SetFarUp(true);
        Assert.True(SpinWait.SpinUntil(() => _changes.LastOrDefault().IsUsed, s_limit), "they were not tried later");
    }

    private void Begin(PacketPath path, bool isTrusted = false, TimeSpan? pause = null, Func<(double Small, double Large)>? compare = null)
    {
        _path = path;
        var options = new PacketSizeOptions
        {
            Index = path.Index, Peer = PacketPath.FarAddress, Safe = PacketPath.Safe, Full = PacketPath.Full, IsTrusted = isTrusted,
            Measures = true, FirstPause = pause ?? TimeSpan.FromMinutes(5), Changed = _changes.Enqueue,
        };
        _watch = new PacketSizeWatch(compare is null ? options : options with { Compare = compare });
        _watch.Start();
    }

    /// <summary>A connection on which the near end sends as fast as it can.</summary>
    private sealed class Flow : IDisposable
    {
        private readonly Socket _near;
        private readonly Socket _far;
        private long _received;

        internal Flow(PacketPath path)
        {
            (_near, _far) = path.Connect();
            _near.SendBufferSize = 256 * 1024;
            new Thread(() => Repeat(_near.Send, _ => { })) { IsBackground = true }.Start();
            new Thread(() => Repeat(_far.Receive, length => Interlocked.Add(ref _received, length))) { IsBackground = true }.Start();
        }

        /// <summary>The size of the near end's segments, without headers.</summary>
        internal int Segment
        {
            get
            {
                var bytes = new byte[sizeof(int)];
                _near.GetRawSocketOption(ProtocolTcp, TcpMaxSegment, bytes);
                return BitConverter.ToInt32(bytes);
            }
        }

        internal void AwaitMore(long bytes, TimeSpan limit)
        {
            var before = Interlocked.Read(ref _received);
            Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref _received) - before >= bytes, limit), $"only {Interlocked.Read(ref _received) - before} of {bytes} bytes arrived");
        }

        public void Dispose()
        {
            _near.Dispose();
            _far.Dispose();
        }

        private static void Repeat(Func<byte[], int> transfer, Action<int> done)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (transfer(buffer) is var length and > 0)
                {
                    done(length);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
            }
        }
    }
}
