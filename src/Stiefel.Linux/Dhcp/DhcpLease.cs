using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using Stiefel.Linux.Network;

namespace Stiefel.Linux.Dhcp;

/// <summary>An address that a DHCP server lends, after everything about it was judged.</summary>
/// <param name="Address">The address for the card.</param>
/// <param name="PrefixLength">Number of bits of its network.</param>
/// <param name="Server">The server's address.</param>
/// <param name="ServersCard">The server's card, or the router's before it.</param>
/// <param name="Lifetime">How long the address may be used.</param>
/// <param name="Renewal">After this time the server is asked for more.</param>
/// <param name="Rebinding">After this time any server is asked.</param>
internal sealed record DhcpLease(IPAddress Address, int PrefixLength, IPAddress Server, MacAddress ServersCard, TimeSpan Lifetime, TimeSpan Renewal, TimeSpan Rebinding)
{
    /// <summary>The shortest lease in seconds that is taken: a shorter one would be renewed all the time.</summary>
    public const uint LeastSeconds = 10;

    // A longer lease, or one for ever, is renewed in time all the same.
    private const uint MostSeconds = 7 * 24 * 60 * 60;

    private const int LeastPrefix = 8, MostPrefix = 30;

    /// <summary>The router in the lease's network; null if the server names none there.</summary>
    public IPAddress? Router { get; init; }

    /// <summary>Judges an offer or an acknowledgement.</summary>
    /// <param name="answer">What the server sent.</param>
    /// <param name="problem">Why it cannot be used; empty if it can.</param>
    /// <returns>The lease; null if it cannot be used.</returns>
    public static DhcpLease? Read(DhcpAnswer answer, out string problem)
    {
        var prefix = answer.Mask is { } mask ? BitOperations.LeadingZeroCount(~mask) : 0;
        problem =
            answer.Server is null || !IsOfAMachine(answer.Server) ? "it does not say where it is"
            : answer.Mask is not { } bits || bits != NetworkMask(prefix) || prefix is < LeastPrefix or > MostPrefix ? $"its mask is not one of {LeastPrefix} to {MostPrefix} bits"
            : !IsOfAMachine(answer.Address) || !IsInside(answer.Address, prefix) ? $"no card can have {answer.Address}/{prefix}"
            : answer.Address.Equals(answer.Server) ? $"{answer.Address} is its own address"
            : answer.Lease is not >= LeastSeconds ? $"it lends no address for {LeastSeconds} s or more"
            : "";
        if (problem.Length > 0)
        {
            return null;
        }

        var lifetime = Math.Min(answer.Lease!.Value, MostSeconds);
        var (renewal, rebinding) = (answer.Renewal ?? 0, answer.Rebinding ?? 0);
        if (renewal == 0 || rebinding <= renewal || rebinding >= lifetime)
        {
            (renewal, rebinding) = (lifetime / 2, (uint)(lifetime * 7L / 8)); // RFC 2131 §4.4.5
        }

        return new DhcpLease(answer.Address, prefix, answer.Server!, answer.ServersCard, TimeSpan.FromSeconds(lifetime), TimeSpan.FromSeconds(renewal), TimeSpan.FromSeconds(rebinding))
        {
            Router = answer.Router is { } router && !router.Equals(answer.Address) && IsInside(router, prefix) && Shares(router, answer.Address, prefix) ? router : null,
        };
    }

    /// <summary>True if an address of another interface is in the lease's network, or the other way round: the kernel would take one for the other.</summary>
    public bool Overlaps(LinkAddress other) => Shares(Address, other.Address, Math.Min(PrefixLength, other.PrefixLength));

    private static bool Shares(IPAddress one, IPAddress other, int prefix) => ((Number(one) ^ Number(other)) & NetworkMask(prefix)) == 0;

    // Neither of this host, nor of a group, reserved, or link-local, which no server lends (RFC 1122 §3.2.1.3, RFC 3927).
    private static bool IsOfAMachine(IPAddress address) => address.GetAddressBytes() is [> 0 and < 224 and not 127, ..] && !Ipv4LinkLocal.Contains(address);

    // The first address of a network is the network's own, the last one is for all.
    private static bool IsInside(IPAddress address, int prefix) => (Number(address) & ~NetworkMask(prefix)) is var host && host != 0 && host != ~NetworkMask(prefix);

    private static uint NetworkMask(int prefix) => prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
