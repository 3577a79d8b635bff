using System.Net;
using System.Net.Sockets;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client.Tests.Search;

/// <summary>Answers the client's question as a laptop does, or as <see cref="Reply"/> tells it to.</summary>
internal sealed class Responder : IDisposable
{
    private readonly Socket _socket;
    private readonly SharedKey _key;
    private readonly int _bootPort;

    /// <summary>Starts listening, in the network namespace of the calling thread.</summary>
    public Responder(SharedKey key, int bootPort, AddressFamily family = AddressFamily.InterNetworkV6)
    {
        _key = key;
        _bootPort = bootPort;
        _socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, WellKnownPorts.Discovery));
        Reply = nonce => [DiscoveryDatagram.BuildHello(_key, nonce, _bootPort, Laptop)];
        new Thread(Answer) { IsBackground = true, Name = "responder" }.Start();
    }

    /// <summary>Makes the datagrams that answer a question with this nonce.</summary>
    public Func<byte[], byte[][]> Reply { get; set; }

    /// <summary>The laptop that it claims to be.</summary>
    public LaptopIdentity Laptop { get; set; } = LaptopIdentity.Of("0123456789abcdef", "wren");

    /// <summary>The number of genuine questions received.</summary>
    public int Questions { get; private set; }

    /// <summary>True if the simulated laptop runs its own system, so that it answers a question with a challenge.</summary>
    public bool Sleeps { get; set; }

    /// <summary>What the simulated laptop does after a call; null if it hears calls.</summary>
    public LaptopState? State { get; set; }

    /// <summary>Returns false while questions are to stay unanswered.</summary>
    public Func<bool> Answers { get; set; } = () => true;

    /// <summary>The number of calls received.</summary>
    public int Wakes { get; private set; }

    public void Dispose() => _socket.Dispose();

    private void Answer()
    {
        var buffer = new byte[2000];
        try
        {
            while (true)
            {
                EndPoint sender = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
                var length = _socket.ReceiveFrom(buffer, ref sender);
                if (DiscoveryDatagram.TryOpenFind(buffer.AsSpan(0, length), [_key], out var nonce, out _))
                {
                    Questions++;
                    if (!Answers())
                    {
                        continue;
                    }

                    var answers = State is { } state ? [StateDatagram.Build(_key, nonce, ((IPEndPoint)sender).Address, state)] : Sleeps ? [CallDatagram.BuildChallenge(_key, nonce, new byte[DiscoveryDatagram.NonceSize], ((IPEndPoint)sender).Address, Laptop)] : Reply(nonce);
                    Array.ForEach(answers, datagram => _socket.SendTo(datagram, sender));
                }
                else if (CallDatagram.LooksLikeWake(buffer.AsSpan(0, length), out _, out _))
                {
                    Wakes++;
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The socket was closed, which ends the thread.
        }
    }
}
