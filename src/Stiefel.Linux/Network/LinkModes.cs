using System.Text;
using Stiefel.Linux.Interop;
using static Stiefel.Linux.Interop.LinuxEthtool;

namespace Stiefel.Linux.Network;

/// <summary>The speeds that the two ends of a copper cable offer each other (IEEE 802.3 §28), according to the card's driver.</summary>
/// <param name="OwnMbit">The fastest speed that this end offers; null if unknown.</param>
/// <param name="PartnerMbit">The fastest speed that the other end offers; null if the driver does not report it, or there is no other end.</param>
public sealed record LinkModes(int? OwnMbit, int? PartnerMbit)
{
    // linux/ethtool.h: the masks have 4 words today, counted by an sbyte.
    private const int MaxWords = sbyte.MaxValue;
    private const int Masks = 3;

    private static readonly (int Bit, int Mbit)[] s_speeds =
    [
        (ETHTOOL_LINK_MODE_10baseT_Half_BIT, 10), (ETHTOOL_LINK_MODE_10baseT_Full_BIT, 10),
        (ETHTOOL_LINK_MODE_100baseT_Half_BIT, 100), (ETHTOOL_LINK_MODE_100baseT_Full_BIT, 100),
        (ETHTOOL_LINK_MODE_1000baseT_Half_BIT, 1000), (ETHTOOL_LINK_MODE_1000baseT_Full_BIT, 1000),
        (ETHTOOL_LINK_MODE_2500baseT_Full_BIT, 2500), (ETHTOOL_LINK_MODE_5000baseT_Full_BIT, 5000), (ETHTOOL_LINK_MODE_10000baseT_Full_BIT, 10000),
    ];

    /// <summary>Asks the driver. A driver that does not know, or an interface that is gone, is not an error.</summary>
    public static unsafe LinkModes Of(string name)
    {
        var nothing = new LinkModes(null, null);
        using var socket = SysSocket.socket(SysSocket.AF_INET, SysSocket.SOCK_DGRAM | SysSocket.SOCK_CLOEXEC, 0);
        var request = new ifreq();
        var bytes = Encoding.UTF8.GetBytes(name);
        if (socket.IsInvalid || bytes.Length >= 16)
        {
            return nothing;
        }

        bytes.CopyTo(new Span<byte>(request.ifr_name, 16));
        var buffer = stackalloc byte[sizeof(ethtool_link_settings) + (MaxWords * Masks * sizeof(uint))];
        var settings = (ethtool_link_settings*)buffer;
        *settings = new ethtool_link_settings { cmd = ETHTOOL_GLINKSETTINGS };
        request.ifr_data = settings;

        // The first call returns the masks' length as a negative number; the second fills them in.
        if (ioctl(socket, SIOCETHTOOL, &request) != 0 || settings->link_mode_masks_nwords >= 0)
        {
            return nothing;
        }

        var words = (sbyte)-settings->link_mode_masks_nwords;
        *settings = new ethtool_link_settings { cmd = ETHTOOL_GLINKSETTINGS, link_mode_masks_nwords = words };
        if (words <= 0 || ioctl(socket, SIOCETHTOOL, &request) != 0)
        {
            return nothing;
        }

        var masks = new ReadOnlySpan<uint>(buffer + sizeof(ethtool_link_settings), words * Masks);
        return new LinkModes(FastestOf(masks.Slice(words, words)), FastestOf(masks.Slice(2 * words, words)));
    }

    /// <summary>The fastest speed in a mask of link modes; null if it has none of copper.</summary>
    internal static int? FastestOf(ReadOnlySpan<uint> mask)
    {
        int? fastest = null;
        foreach (var (bit, mbit) in s_speeds)
        {
            if (bit / 32 < mask.Length && (mask[bit / 32] & (1u << (bit % 32))) != 0 && !(fastest >= mbit))
            {
                fastest = mbit;
            }
        }

        return fastest;
    }
}
