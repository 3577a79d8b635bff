using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>linux/ethtool.h and linux/sockios.h, as far as link settings and Wake-on-LAN need them.</summary>
internal static unsafe partial class LinuxEthtool
{
    internal const uint ETHTOOL_GLINKSETTINGS = 0x4c;
    internal const uint ETHTOOL_GWOL = 0x5;
    internal const uint ETHTOOL_SWOL = 0x6;
    internal const uint WAKE_MAGIC = 1 << 5;
    internal const uint SIOCETHTOOL = 0x8946;

    internal const int ETHTOOL_LINK_MODE_10baseT_Half_BIT = 0;
    internal const int ETHTOOL_LINK_MODE_10baseT_Full_BIT = 1;
    internal const int ETHTOOL_LINK_MODE_100baseT_Half_BIT = 2;
    internal const int ETHTOOL_LINK_MODE_100baseT_Full_BIT = 3;
    internal const int ETHTOOL_LINK_MODE_1000baseT_Half_BIT = 4;
    internal const int ETHTOOL_LINK_MODE_1000baseT_Full_BIT = 5;
    internal const int ETHTOOL_LINK_MODE_10000baseT_Full_BIT = 12;
    internal const int ETHTOOL_LINK_MODE_2500baseT_Full_BIT = 47;
    internal const int ETHTOOL_LINK_MODE_5000baseT_Full_BIT = 48;

    /// <summary>The structure without the masks that follow it: modes the card supports, offers, and is offered by the other end.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ethtool_link_settings
    {
        internal uint cmd;
        internal uint speed;
        internal byte duplex;
        internal byte port;
        internal byte phy_address;
        internal byte autoneg;
        internal byte mdio_support;
        internal byte eth_tp_mdix;
        internal byte eth_tp_mdix_ctrl;
        internal sbyte link_mode_masks_nwords;
        internal byte transceiver;
        internal byte master_slave_cfg;
        internal byte master_slave_state;
        internal byte rate_matching;
        internal fixed uint reserved[7];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ethtool_wolinfo
    {
        internal uint cmd;
        internal uint supported;
        internal uint wolopts;
        internal fixed byte sopass[6];
    }

    /// <summary>net/if.h: struct ifreq with the member ifr_data.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    internal struct ifreq
    {
        internal fixed byte ifr_name[16];
        internal void* ifr_data;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(SafeFileHandle socket, nuint request, ifreq* argument);
}
