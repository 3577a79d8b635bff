namespace Stiefel.Linux.Mounts;

/// <summary>A line of /proc/self/mountinfo (man 5 proc_pid_mountinfo).</summary>
/// <param name="Directory">Where it is mounted.</param>
/// <param name="Type">`ext4`, …</param>
/// <param name="Source">The device, or whatever the file system calls its source.</param>
public readonly record struct MountEntry(string Directory, string Type, string Source);
