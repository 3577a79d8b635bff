namespace Stiefel.Server.Desktops;

/// <summary>The machine that asks for the disk, as its session said it, sealed.</summary>
/// <param name="Machine">64 hexadecimal digits that no other machine has; empty if nothing tells it from others.</param>
/// <param name="Boot">32 hexadecimal digits that no other run of a kernel has.</param>
/// <param name="HelloAt">When its session began, <see cref="Environment.TickCount64"/>.</param>
public sealed record DesktopIdentity(string Machine, string Boot, long HelloAt)
{
    /// <summary>One that said nothing: an older stick.</summary>
    public static DesktopIdentity Unknown { get; } = new("", "", 0);
}
