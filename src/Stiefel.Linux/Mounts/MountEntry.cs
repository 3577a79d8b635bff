namespace Stiefel.Linux.Mounts;

/// <summary>A mount, from a line of /proc/self/mountinfo (man 5 proc_pid_mountinfo).</summary>
/// <param name="Directory">The directory on which it is mounted.</param>
/// <param name="Type">The file system's type, such as `ext4`.</param>
/// <param name="Source">The device, or whatever the file system reports as its source.</param>
public readonly record struct MountEntry(string Directory, string Type, string Source)
{
    /// <summary>The directory of the file system that is mounted there: `/`, unless it is a part of it.</summary>
    public string Root { get; init; } = "/";
}
