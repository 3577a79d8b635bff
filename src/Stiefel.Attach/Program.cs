using Tmds.Linux;
using System.Runtime.InteropServices;
unsafe { Console.WriteLine($"pid {LibC.getpid()}"); Console.WriteLine(P.getppid()); }
internal static partial class P { [LibraryImport("libc", SetLastError = true)] internal static partial int getppid(); }
