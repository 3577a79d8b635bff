using System.Text.Json.Serialization;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>The desktop that has the disk, as it outlives this process. Holds the capability: the file is for root alone.</summary>
/// <param name="Session">The session it was granted to, 32 hexadecimal digits.</param>
/// <param name="ExportName">The capability.</param>
/// <param name="Desktop">The desktop's address when it was granted.</param>
/// <param name="Disk">The disk, as the settings name it.</param>
/// <param name="ReadOnly">Granted for reading only.</param>
/// <param name="Since">When.</param>
/// <param name="Key">What the desktop's key was called.</param>
/// <param name="KeyId">Which key it was; empty if a server wrote this that did not know.</param>
/// <param name="Snapshot">What it writes vanishes with the server that granted it.</param>
/// <param name="Tunnel">The way to it; null if the link's protection was none.</param>
/// <param name="LostWriteError">The error number of a flush that failed (man 3 errno), after which none of this grant's may succeed; 0 if none did.</param>
/// <param name="Boot">The run of the kernel in which it was granted: <see cref="Stiefel.Linux.Kernel.BootIdentity"/>. Empty if a server wrote this that did not know.</param>
/// <param name="Medium">Which disk it was: <see cref="Stiefel.Linux.BlockDevices.BlockDevice.Identity"/>. Empty if a server wrote this that did not know.</param>
/// <param name="Mark">What tells whether the disk was changed since it was closed in good order; empty while it is open. See <see cref="GrantedDevice"/>.</param>
/// <param name="GoodbyeKey">Proves that a goodbye is of this session, 64 hexadecimal digits; empty if a server wrote this that knew no goodbye.</param>
/// <param name="EndedBy">The number of the goodbye that ended it: the disk is nobody's since. 0 while it is this one's.</param>
/// <param name="Hardware">Which machine the desktop is: <see cref="Desktops.DesktopIdentity.Machine"/>. Empty if nothing tells it from others.</param>
/// <param name="HardwareBoot">Which run of it asked for the disk.</param>
public sealed record GrantRecord(
    string Session, string ExportName, [property: JsonPropertyName("machine")] string Desktop, string Disk, bool ReadOnly, DateTimeOffset Since, bool Snapshot = false,
    string Key = "", string KeyId = "", TunnelRecord? Tunnel = null, int LostWriteError = 0,
    string Boot = "", string Medium = "", string Mark = "",
    string GoodbyeKey = "", ulong EndedBy = 0, string Hardware = "", string HardwareBoot = "")
{
    /// <summary>What log and status call its export, which is a secret.</summary>
    [JsonIgnore]
    public string Label => $"session {Session[..8]}";

    /// <summary>Its desktop said goodbye, and all that it wrote is on the medium.</summary>
    [JsonIgnore]
    public bool HasEnded => EndedBy != 0;

    /// <summary>What its tunnel needs to know of it.</summary>
    public TunnelUser ToTunnelUser() => new(Session, Desktop, Tunnel);
}
