namespace Stiefel.Linux.Interop;

/// <summary>errno.h: the numbers that decide something here (the same on every architecture that .NET runs on).</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ENOEXEC = 8;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int EBUSY = 16;
    internal const int EEXIST = 17;
    internal const int ENODEV = 19;
    internal const int EINVAL = 22;
    internal const int ETXTBSY = 26;
    internal const int ENOSYS = 38;
    internal const int ENODATA = 61;
    internal const int ENOPKG = 65;
    internal const int EBADMSG = 74;
    internal const int ELIBBAD = 80;
    internal const int EOPNOTSUPP = 95;
    internal const int EADDRINUSE = 98;
    internal const int EADDRNOTAVAIL = 99;
    internal const int ENOBUFS = 105;
    internal const int ENOKEY = 126;
    internal const int EKEYREJECTED = 129;
}
