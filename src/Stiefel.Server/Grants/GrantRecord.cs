using System.Text.Json.Serialization;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>The desktop that has the disk, recorded for a server that starts later. Holds the capability, so only root may read the file.</summary>
/// <param name="Session">The session it was granted to, 32 hexadecimal digits.</param>
/// <param name="ExportName">The capability.</param>
/// <param name="Desktop">The desktop's address when it was granted.</param>
/// <param name="Disk">The disk, as the settings name it.</param>
/// <param name="ReadOnly">True if granted for reading only.</param>
/// <param name="Since">When it was granted.</param>
/// <param name="Key">The name of the desktop's key.</param>
/// <param name="KeyId">The id of that key; empty if an older server wrote the record without it.</param>
/// <param name="Snapshot">True if its writes go to a snapshot, which is discarded when the server ends.</param>
/// <param name="Tunnel">The desktop's tunnel; null if the link's protection was none.</param>
/// <param name="LostWriteError">The error number of a flush that failed (man 3 errno), after which no flush of this grant may succeed; 0 if none failed.</param>
/// <param name="Boot">The run of the kernel in which it was granted: <see cref="Stiefel.Linux.Kernel.BootIdentity"/>. Empty if an older server wrote the record without it.</param>
/// <param name="Medium">Which disk it was: <see cref="Stiefel.Linux.BlockDevices.BlockDevice.Identity"/>. Empty if an older server wrote the record without it.</param>
/// <param name="Mark">Shows whether the disk was changed since it was closed properly; empty while it is open. See <see cref="GrantedDevice"/>.</param>
/// <param name="GoodbyeKey">The key that proves a goodbye of this session, 64 hexadecimal digits; empty if an older server wrote the record without it.</param>
/// <param name="EndedBy">The number of the goodbye that ended the grant and freed the disk; 0 while the desktop has it.</param>
/// <param name="Hardware">Which machine the desktop is: <see cref="Desktops.DesktopIdentity.Machine"/>. Empty if it has no number of its own.</param>
/// <param name="HardwareBoot">Which run of that machine asked for the disk.</param>
public sealed record GrantRecord(
    string Session, string ExportName, [property: JsonPropertyName("machine")] string Desktop, string Disk, bool ReadOnly, DateTimeOffset Since, bool Snapshot = false,
    string Key = "", string KeyId = "", TunnelRecord? Tunnel = null, int LostWriteError = 0,
    string Boot = "", string Medium = "", string Mark = "",
    string GoodbyeKey = "", ulong EndedBy = 0, string Hardware = "", string HardwareBoot = "")
{
    /// <summary>The export's name in log and status; its real name is a secret.</summary>
    [JsonIgnore]
    public string Label => $"session {Session[..8]}";

    /// <summary>True if the desktop said goodbye; everything that it wrote is on the medium.</summary>
    [JsonIgnore]
    public bool HasEnded => EndedBy != 0;

    /// <summary>The part of the record that the tunnels need.</summary>
    public TunnelUser ToTunnelUser() => new(Session, Desktop, Tunnel);
}
