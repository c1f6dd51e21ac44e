# SPDX-License-Identifier: MIT
# Processes forked by a Ruby program whose threads look up, as puma's workers are:
#
#   workers.rb CHILDREN SECONDS HOST...
#
# Each child looks up the hosts once. Prints how many have hung, which is to say that they were
# not done after so many seconds, and how many failed in another way.
require 'socket'

WORKERS = 4
THREADS = 12

children, seconds, *hosts = ARGV
children = children.to_i / WORKERS * WORKERS
THREADS.times do |number|
  Thread.new { loop { Addrinfo.getaddrinfo(hosts[number % hosts.size], 80) } }
end
hung = failed = 0
(children / WORKERS).times do
  pids = Array.new(WORKERS) do
    fork { exit!(hosts.all? { |host| Addrinfo.getaddrinfo(host, 80).any? }) }
  end
  limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds.to_f
  pids.each do |pid|
    sleep 0.01 until (done = Process.wait2(pid, Process::WNOHANG)) ||
                     Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit
    if done
      failed += 1 unless done[1].success?
    else
      hung += 1
      Process.kill(:KILL, pid)
      Process.wait(pid)
    end
  end
end
puts "#{children} children, #{hung} hung, #{failed} failed"
$stdout.flush
exit!(true) # the threads are still at it
